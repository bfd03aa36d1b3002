// The largest logits of each row, at least WANTED of them in any order: out [rows, 1 + 2 * CANDIDATES] is how many there are, then index and value as
// float bits of each. More than CANDIDATES, where many are equal, are counted and not all written. One block of SCAN_THREADS a row. The WANTED-th
// largest of the maxima of all threads is a bound that at least WANTED elements reach, and hardly more.
#if !defined(WANTED) || !defined(CANDIDATES) || !defined(SCAN_THREADS)
#error "candidates.cu needs WANTED, CANDIDATES, SCAN_THREADS"
#endif
static_assert((SCAN_THREADS & (SCAN_THREADS - 1)) == 0 && WANTED <= SCAN_THREADS, "every thread has one of the maxima that are sorted");

extern "C" __global__ void __launch_bounds__(SCAN_THREADS) candidates(const element* x, int* out, int count) {
  const element* row = x + (size_t)blockIdx.x * count;
  int* to = out + (size_t)blockIdx.x * (1 + 2 * CANDIDATES);
  __shared__ float maxima[SCAN_THREADS];
  __shared__ int found;
  let_next_begin();
  wait_for_input();
  float most = -INFINITY_F;
  for (int i = threadIdx.x; i < count; i += SCAN_THREADS) most = fmaxf(most, widen(row[i]));
  maxima[threadIdx.x] = most;
  if (threadIdx.x == 0) found = 0;
  // Bitonic sort, largest first: K. E. Batcher, "Sorting networks and their applications", 1968.
  for (int size = 2; size <= SCAN_THREADS; size <<= 1)
    for (int stride = size >> 1; stride; stride >>= 1) {
      __syncthreads();
      const int other = threadIdx.x ^ stride;
      if (other > threadIdx.x) {
        const float a = maxima[threadIdx.x], b = maxima[other];
        if ((a < b) == ((threadIdx.x & size) == 0)) { maxima[threadIdx.x] = b; maxima[other] = a; }
      }
    }
  __syncthreads();
  const float bound = maxima[WANTED - 1];
  for (int i = threadIdx.x; i < count; i += SCAN_THREADS) {
    const float v = widen(row[i]);
    if (v >= bound) {
      const int at = atomicAdd(&found, 1);
      if (at < CANDIDATES) { to[1 + 2 * at] = i; to[2 + 2 * at] = __float_as_int(v); }
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) to[0] = found;
}
