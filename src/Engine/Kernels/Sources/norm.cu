// x += delta, or its RMS norm where `post` is given; y = RMS norm of x, or x where there is no weight. One block of NORM_THREADS a row, eight
// neighbours a thread; HIDDEN is a multiple of 8. delta, post and weight may be null. https://arxiv.org/abs/1910.07467
#if !defined(HIDDEN) || !defined(NORM_THREADS)
#error "norm.cu needs HIDDEN, NORM_THREADS"
#endif

extern "C" __global__ void __launch_bounds__(NORM_THREADS) add_norm(
    element* x, const element* delta, const void* post, int post_is_wide, const void* weight, int weight_is_wide, element* y, float epsilon) {
  constexpr int Per = (HIDDEN / 8 + NORM_THREADS - 1) / NORM_THREADS;
  __shared__ float room[33];
  const size_t row = (size_t)blockIdx.x * HIDDEN;
  let_next_begin();
  wait_for_input();
  float v[Per][8];
  #pragma unroll
  for (int k = 0; k < Per; k++) {
    const int i = (threadIdx.x + k * NORM_THREADS) * 8;
    if (i < HIDDEN) widen_eight(load_eight(x + row + i), v[k]);
  }
  if (delta) {
    float d[Per][8], sum = 0.f;
    #pragma unroll
    for (int k = 0; k < Per; k++) {
      const int i = (threadIdx.x + k * NORM_THREADS) * 8;
      if (i < HIDDEN) {
        widen_eight(load_eight(delta + row + i), d[k]);
        #pragma unroll
        for (int e = 0; e < 8; e++) sum += d[k][e] * d[k][e];
      }
    }
    const float factor = post ? rsqrtf(block_sum(sum, room) / HIDDEN + epsilon) : 1.f;
    #pragma unroll
    for (int k = 0; k < Per; k++) {
      const int i = (threadIdx.x + k * NORM_THREADS) * 8;
      if (i < HIDDEN) {
        if (post) weight_eight(d[k], factor, post, post_is_wide, i);
        #pragma unroll
        for (int e = 0; e < 8; e++) v[k][e] = rounded(v[k][e] + d[k][e]);
        store_eight(x + row + i, v[k]);
      }
    }
  }
  float factor = 1.f;
  if (weight) {
    float sum = 0.f;
    #pragma unroll
    for (int k = 0; k < Per; k++)
      if ((threadIdx.x + k * NORM_THREADS) * 8 < HIDDEN)
        #pragma unroll
        for (int e = 0; e < 8; e++) sum += v[k][e] * v[k][e];
    factor = rsqrtf(block_sum(sum, room) / HIDDEN + epsilon);
  }
  #pragma unroll
  for (int k = 0; k < Per; k++) {
    const int i = (threadIdx.x + k * NORM_THREADS) * 8;
    if (i < HIDDEN) {
      if (weight) weight_eight(v[k], factor, weight, weight_is_wide, i);
      store_eight(y + row + i, v[k]);
    }
  }
}
