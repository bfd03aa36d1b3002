// x[row] = table[token] * scale. A token below 0 is the one that the step before chose: -1 - token is its row there. One block a row.
extern "C" __global__ void embed(const int* tokens, const int* chosen, const element* table, element* x, int hidden, float scale) {
  let_next_begin();
  wait_for_input();
  const int token = tokens[blockIdx.x];
  const element* from = table + (size_t)(token < 0 ? chosen[-1 - token] : token) * hidden;
  element* to = x + (size_t)blockIdx.x * hidden;
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) to[i] = scale == 1.f ? from[i] : narrow(widen(from[i]) * scale);
}
