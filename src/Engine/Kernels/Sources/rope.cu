// Everything between the QKV projection and attention: bias, norm of each query and key, rotation (RoPE), scale of the queries, and writing keys and
// values to the cache. Works in place on qkv [rows, HEADS + 2 * KV_HEADS, HEAD_DIM]. Grid (rows, parts), WARPS, one head a warp. A slot below 0
// writes nothing. Pairs that are neighbours come out as halves, as Decoders/Parts/RotaryAngles has them. https://arxiv.org/abs/2104.09864
#if !defined(HEADS) || !defined(KV_HEADS) || !defined(HEAD_DIM) || !defined(ROTARY_DIM) || !defined(THREADS) || !defined(WARPS)
#error "rope.cu needs HEADS, KV_HEADS, HEAD_DIM, ROTARY_DIM, THREADS, WARPS"
#endif

extern "C" __global__ void __launch_bounds__(THREADS) rope_to_cache(
    element* qkv, const element* bias, const void* query_norm, const void* key_norm, int norm_is_wide, float epsilon,
    const float* frequencies, float factor, int neighbours, float query_scale,
    const int* positions, const int* slots, element* keys, element* values) {
  constexpr int Heads = HEADS + 2 * KV_HEADS, Half = ROTARY_DIM / 2, PairsPerLane = (Half + 31) / 32;
  __shared__ float room[WARPS][HEAD_DIM];
  let_next_begin();
  wait_for_input();
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, position = positions[blockIdx.x], slot = slots[blockIdx.x];
  float* s = room[warp];
  float sine[PairsPerLane + 1], cosine[PairsPerLane + 1];
  #pragma unroll
  for (int k = 0; k < PairsPerLane; k++) {
    const int pair = lane + 32 * k;
    if (pair < Half) {
      sincosf((float)position * frequencies[pair], &sine[k], &cosine[k]);
      sine[k] = rounded(sine[k] * factor);
      cosine[k] = rounded(cosine[k] * factor);
    }
  }
  for (int head = blockIdx.y * WARPS + warp; head < Heads; head += gridDim.y * WARPS) {
    element* p = qkv + ((size_t)blockIdx.x * Heads + head) * HEAD_DIM;
    const bool is_query = head < HEADS, is_value = head >= HEADS + KV_HEADS;
    float sum = 0.f;
    for (int d = lane; d < HEAD_DIM; d += 32) {
      float v = widen(p[d]);
      if (bias) v = rounded(v + widen(bias[head * HEAD_DIM + d]));
      s[d] = v;
      sum += v * v;
    }
    const void* norm = is_query ? query_norm : is_value ? (const void*)0 : key_norm;
    if (norm) {
      const float scale = rsqrtf(warp_sum(sum) / HEAD_DIM + epsilon);
      for (int d = lane; d < HEAD_DIM; d += 32) s[d] = weighted(s[d] * scale, norm, norm_is_wide, d);
    }
    __syncwarp();
    if (!is_value && Half > 0) {
      float first[PairsPerLane + 1], second[PairsPerLane + 1];
      #pragma unroll
      for (int k = 0; k < PairsPerLane; k++) {
        const int pair = lane + 32 * k;
        if (pair < Half) {
          const float a = s[neighbours ? 2 * pair : pair], b = s[neighbours ? 2 * pair + 1 : pair + Half];
          first[k] = rounded(rounded(a * cosine[k]) - rounded(b * sine[k]));
          second[k] = rounded(rounded(b * cosine[k]) + rounded(a * sine[k]));
        }
      }
      __syncwarp();
      #pragma unroll
      for (int k = 0; k < PairsPerLane; k++) {
        const int pair = lane + 32 * k;
        if (pair < Half) { s[pair] = first[k]; s[pair + Half] = second[k]; }
      }
      __syncwarp();
    }
    element* cached = is_query || slot < 0 ? (element*)0
        : is_value ? values + ((size_t)slot * KV_HEADS + head - HEADS - KV_HEADS) * HEAD_DIM : keys + ((size_t)slot * KV_HEADS + head - HEADS) * HEAD_DIM;
    for (int d = lane; d < HEAD_DIM; d += 32) {
      const element v = narrow(is_query ? s[d] * query_scale : s[d]);
      p[d] = v;
      if (cached) cached[d] = v;
    }
    __syncwarp();
  }
}
