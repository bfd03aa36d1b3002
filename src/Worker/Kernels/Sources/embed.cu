// x[row] = table[tokens[row]] * scale. One block a row.
extern "C" __global__ void embed(const int* tokens, const element* table, element* x, int hidden, float scale) {
  let_next_begin();
  wait_for_input();
  const element* from = table + (size_t)tokens[blockIdx.x] * hidden;
  element* to = x + (size_t)blockIdx.x * hidden;
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) to[i] = scale == 1.f ? from[i] : narrow(widen(from[i]) * scale);
}
