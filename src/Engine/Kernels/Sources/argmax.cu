// Argmax: the index of the largest value of each row, the lowest index of equal ones. One block of SCAN_THREADS a row.
#if !defined(SCAN_THREADS)
#error "argmax.cu needs SCAN_THREADS"
#endif
static_assert(SCAN_THREADS == 32 * 32, "one warp has the best of every warp");

extern "C" __global__ void __launch_bounds__(SCAN_THREADS) argmax(const element* x, int* index, int count) {
  let_next_begin();
  wait_for_input();
  const element* row = x + (size_t)blockIdx.x * count;
  float best = -INFINITY_F;
  int at = 0x7fffffff;
  const int eights = (count & 7) == 0 ? count / 8 : 0;
  for (int i = threadIdx.x; i < eights; i += SCAN_THREADS) {
    float v[8];
    widen_eight(load_eight(row + i * 8), v);
    #pragma unroll
    for (int e = 0; e < 8; e++) if (v[e] > best) { best = v[e]; at = i * 8 + e; }
  }
  for (int i = eights * 8 + threadIdx.x; i < count; i += SCAN_THREADS) { const float v = widen(row[i]); if (v > best) { best = v; at = i; } }
  __shared__ float bests[32];
  __shared__ int places[32];
  #pragma unroll
  for (int k = 16; k; k >>= 1) {
    const float other = __shfl_xor_sync(~0u, best, k);
    const int place = __shfl_xor_sync(~0u, at, k);
    if (other > best || (other == best && place < at)) { best = other; at = place; }
  }
  if ((threadIdx.x & 31) == 0) { bests[threadIdx.x >> 5] = best; places[threadIdx.x >> 5] = at; }
  __syncthreads();
  if (threadIdx.x >= 32) return;
  best = bests[threadIdx.x];
  at = places[threadIdx.x];
  #pragma unroll
  for (int k = 16; k; k >>= 1) {
    const float other = __shfl_xor_sync(~0u, best, k);
    const int place = __shfl_xor_sync(~0u, at, k);
    if (other > best || (other == best && place < at)) { best = other; at = place; }
  }
  if (threadIdx.x == 0) index[blockIdx.x] = at < count ? at : 0;
}
