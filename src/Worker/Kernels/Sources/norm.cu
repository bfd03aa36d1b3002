// x += delta, or its RMS norm where `post` is given; y = RMS norm of x, or x where there is no weight. One block of NORM_THREADS a row.
// delta, post and weight may be null. https://arxiv.org/abs/1910.07467
extern "C" __global__ void __launch_bounds__(NORM_THREADS) add_norm(
    element* x, const element* delta, const void* post, int post_is_wide, const void* weight, int weight_is_wide, element* y, float epsilon) {
  constexpr int Per = (HIDDEN + NORM_THREADS - 1) / NORM_THREADS;
  __shared__ float room[33];
  const size_t row = (size_t)blockIdx.x * HIDDEN;
  float v[Per];
  #pragma unroll
  for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; v[k] = i < HIDDEN ? widen(x[row + i]) : 0.f; }
  if (delta) {
    float d[Per], sum = 0.f;
    #pragma unroll
    for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; d[k] = i < HIDDEN ? widen(delta[row + i]) : 0.f; sum += d[k] * d[k]; }
    if (post) {
      const float factor = rsqrtf(block_sum(sum, room) / HIDDEN + epsilon);
      #pragma unroll
      for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; if (i < HIDDEN) d[k] = weighted(d[k] * factor, post, post_is_wide, i); }
    }
    #pragma unroll
    for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; v[k] = rounded(v[k] + d[k]); if (i < HIDDEN) x[row + i] = narrow(v[k]); }
  }
  if (weight) {
    float sum = 0.f;
    #pragma unroll
    for (int k = 0; k < Per; k++) sum += v[k] * v[k];
    const float factor = rsqrtf(block_sum(sum, room) / HIDDEN + epsilon);
    #pragma unroll
    for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; if (i < HIDDEN) y[row + i] = narrow(weighted(v[k] * factor, weight, weight_is_wide, i)); }
  } else {
    #pragma unroll
    for (int k = 0; k < Per; k++) { const int i = threadIdx.x + k * NORM_THREADS; if (i < HIDDEN) y[row + i] = narrow(v[k]); }
  }
}
