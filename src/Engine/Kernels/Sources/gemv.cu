// Products of a matrix [outputs, inputs] with one vector: bound by reading the matrix once, so every multiprocessor is full of warps with LOADS 16-byte
// loads each under way, the first of them before the vector is there. A block has WARPS, `per_row` of them (1, 2, 4 or 8) to an output, so that small
// matrices occupy the device too. inputs is a multiple of 8.
#if !defined(THREADS) || !defined(WARPS) || !defined(ELEMENTS_PER_WARP)
#error "gemv.cu needs THREADS, WARPS, ELEMENTS_PER_WARP"
#endif
#define LOADS 2
#define BLOCKS 8

// The dot products of ROWS rows of the matrix, `stride` elements apart, with the vector: on every lane of the first warp of an output.
template <int ROWS> __device__ __forceinline__ void dot_rows(const element* w, size_t stride, const element* x, int inputs, int per_row, float* sum) {
  __shared__ float room[WARPS][ROWS];
  const int warp = threadIdx.x >> 5, first = ((threadIdx.x & 31) + 32 * (warp % per_row)) * 8, step = ELEMENTS_PER_WARP * per_row;
  #pragma unroll
  for (int r = 0; r < ROWS; r++) sum[r] = 0.f;
  for (int base = first; base < inputs || base == first; base += step * LOADS) {
    Eight loaded[ROWS][LOADS];
    #pragma unroll
    for (int u = 0; u < LOADS; u++)
      #pragma unroll
      for (int r = 0; r < ROWS; r++) loaded[r][u] = base + u * step < inputs ? stream_eight(w + r * stride + base + u * step) : Eight();
    if (base == first) wait_for_input();
    #pragma unroll
    for (int u = 0; u < LOADS; u++)
      if (base + u * step < inputs) {
        float a[8], b[8];
        widen_eight(load_eight(x + base + u * step), b);
        #pragma unroll
        for (int r = 0; r < ROWS; r++) {
          widen_eight(loaded[r][u], a);
          #pragma unroll
          for (int e = 0; e < 8; e++) sum[r] = fmaf(a[e], b[e], sum[r]);
        }
      }
  }
  #pragma unroll
  for (int r = 0; r < ROWS; r++) sum[r] = warp_sum(sum[r]);
  if (per_row == 1) return;
  if ((threadIdx.x & 31) == 0)
    #pragma unroll
    for (int r = 0; r < ROWS; r++) room[warp][r] = sum[r];
  __syncthreads();
  if (warp % per_row == 0)
    for (int other = 1; other < per_row; other++)
      #pragma unroll
      for (int r = 0; r < ROWS; r++) sum[r] += room[warp + other][r];
}

// Grid over outputs * per_row / WARPS.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) gemv(const element* w, const element* x, element* y, int inputs, int outputs, int per_row) {
  const int warp = threadIdx.x >> 5, output = (blockIdx.x * WARPS + warp) / per_row;
  float sum[1];
  let_next_begin();
  dot_rows<1>(w + (size_t)min(output, outputs - 1) * inputs, 0, x, inputs, per_row, sum);
  if (warp % per_row == 0 && (threadIdx.x & 31) == 0 && output < outputs) y[output] = narrow(sum[0]);
}

// The first half of a gated network: w holds all gates, then all ups; size outputs.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) gemv_gate(const element* w, const element* x, element* y, int inputs, int size, int per_row) {
  const int warp = threadIdx.x >> 5, output = (blockIdx.x * WARPS + warp) / per_row;
  float sum[2];
  let_next_begin();
  dot_rows<2>(w + (size_t)min(output, size - 1) * inputs, (size_t)size * inputs, x, inputs, per_row, sum);
  if (warp % per_row == 0 && (threadIdx.x & 31) == 0 && output < size) y[output] = narrow(gated(rounded(sum[0]), rounded(sum[1])));
}
