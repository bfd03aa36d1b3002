// Decode attention without tensor cores: for float32, and for heads that tensor cores do not divide. Each group of LANES lanes, a team, takes UNROLL
// keys at a time and keeps a running softmax of its own (https://arxiv.org/abs/1805.02867).
#if !defined(KV_HEADS) || !defined(HEAD_DIM) || !defined(GROUP_PART) || !defined(BLOCK_SIZE) || !defined(LANES) || !defined(ATTENTION_WARPS)
#error "attention_lanes.cu needs KV_HEADS, HEAD_DIM, GROUP_PART, BLOCK_SIZE, LANES, ATTENTION_WARPS"
#endif
#if !TENSOR_CORES
#define TEAMS_PER_WARP (32 / LANES)
#define TEAMS (ATTENTION_WARPS * TEAMS_PER_WARP)
// A team has the scores of UNROLL keys and PADDED heads, a power of two of each. Summed up, score i is with lane i * LANES / SCORES: each lane has
// SCORES_PER_LANE of them, or several lanes have the same one.
#define PADDED (GROUP_PART > 4 ? 8 : GROUP_PART > 2 ? 4 : GROUP_PART)
#define UNROLL (PADDED > 4 ? 2 : 4)
#define SCORES (UNROLL * PADDED)
#define SCORES_PER_LANE (SCORES > LANES ? SCORES / LANES : 1)
#define HEADS_PER_LANE (SCORES_PER_LANE > UNROLL ? SCORES_PER_LANE / UNROLL : 1)
#define TILE (TEAMS * UNROLL)

// What the teams of a block have: running maximum and sum of each head, and values that are not divided by the sum yet.
struct Teams { float value[GROUP_PART][TEAMS][HEAD_DIM], most[GROUP_PART][TEAMS], sum[GROUP_PART][TEAMS]; };

// Sums each of COUNT values over the lanes of a team, with half as many values at every step while there is more than one.
template <int COUNT, int OFFSET> struct Spread {
  static __device__ __forceinline__ void sum(float* v, int lane) {
    const bool is_upper = lane & OFFSET;
    #pragma unroll
    for (int i = 0; i < COUNT / 2; i++) {
      const float sent = is_upper ? v[i] : v[i + COUNT / 2], kept = is_upper ? v[i + COUNT / 2] : v[i];
      v[i] = kept + __shfl_xor_sync(~0u, sent, OFFSET);
    }
    Spread<COUNT / 2, OFFSET / 2>::sum(v, lane);
  }
};
template <int OFFSET> struct Spread<1, OFFSET> {
  static __device__ __forceinline__ void sum(float* v, int lane) {
    v[0] += __shfl_xor_sync(~0u, v[0], OFFSET);
    Spread<1, OFFSET / 2>::sum(v, lane);
  }
};
template <int COUNT> struct Spread<COUNT, 0> { static __device__ __forceinline__ void sum(float*, int) {} };
template <> struct Spread<1, 0> { static __device__ __forceinline__ void sum(float*, int) {} };

struct Tile {
  Eight k[UNROLL], v[UNROLL];

  __device__ __forceinline__ void load(const element* keys, const element* values, const int* table, int kv_head, int base, int end, int in_key, bool is_used) {
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      const int position = base + u * TEAMS_PER_WARP;
      if (position < end && is_used) {
        const size_t slot = (size_t)table[position / BLOCK_SIZE] * BLOCK_SIZE + position % BLOCK_SIZE;
        const size_t at = (slot * KV_HEADS + kv_head) * HEAD_DIM + in_key * 8;
        k[u] = stream_eight(keys + at);
        v[u] = stream_eight(values + at);
      } else {
        k[u] = Eight();
        v[u] = Eight();
      }
    }
  }
};

__device__ __forceinline__ void attend_keys(
    const element* queries, const element* keys, const element* values, const int* table, int kv_head, int begin, int end, float scale, float cap,
    Teams& merged) {
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int in_key = lane % LANES, team = warp * TEAMS_PER_WARP + lane / LANES;
  const bool is_used = in_key * 8 < HEAD_DIM;
  float q[GROUP_PART][8], acc[GROUP_PART][8], most[GROUP_PART], sum[GROUP_PART];
  #pragma unroll
  for (int g = 0; g < GROUP_PART; g++) {
    most[g] = -INFINITY_F;
    sum[g] = 0.f;
    #pragma unroll
    for (int e = 0; e < 8; e++) acc[g][e] = q[g][e] = 0.f;
    if (is_used) widen_eight(load_eight(queries + g * HEAD_DIM + in_key * 8), q[g]);
    #pragma unroll
    for (int e = 0; e < 8; e++) q[g][e] *= scale;
  }

  Tile next;
  int base = begin + warp * TEAMS_PER_WARP * UNROLL;
  next.load(keys, values, table, kv_head, base + lane / LANES, end, in_key, is_used);
  for (; base < end; base += TILE) {
    const Tile tile = next;
    if (base + TILE < end) next.load(keys, values, table, kv_head, base + TILE + lane / LANES, end, in_key, is_used);
    float score[SCORES];
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      float wide[8];
      widen_eight(tile.k[u], wide);
      #pragma unroll
      for (int g = 0; g < PADDED; g++) {
        float dot = 0.f;
        if (g < GROUP_PART)
          #pragma unroll
          for (int e = 0; e < 8; e++) dot = fmaf(q[g][e], wide[e], dot);
        score[g * UNROLL + u] = dot;
      }
    }
    Spread<SCORES, LANES / 2>::sum(score, in_key);
    const int first_score = in_key * SCORES / LANES;
    #pragma unroll
    for (int i = 0; i < SCORES_PER_LANE; i++) {
      const int position = base + (first_score + i) % UNROLL * TEAMS_PER_WARP + lane / LANES;
      if (cap > 0.f) score[i] = cap * tanhf(score[i] / cap);
      if (position >= end) score[i] = -INFINITY_F;
    }
    float high[HEADS_PER_LANE];
    #pragma unroll
    for (int h = 0; h < HEADS_PER_LANE; h++) {
      high[h] = -INFINITY_F;
      #pragma unroll
      for (int i = 0; i < SCORES_PER_LANE / HEADS_PER_LANE; i++) high[h] = fmaxf(high[h], score[h * UNROLL + i]);
      #pragma unroll
      for (int offset = 1; offset < LANES / PADDED; offset <<= 1) high[h] = fmaxf(high[h], __shfl_xor_sync(~0u, high[h], offset));
    }
    float all_high[GROUP_PART];
    #pragma unroll
    for (int g = 0; g < GROUP_PART; g++) all_high[g] = fmaxf(most[g], __shfl_sync(~0u, high[g % HEADS_PER_LANE], g * LANES / PADDED, LANES));
    #pragma unroll
    for (int i = 0; i < SCORES_PER_LANE; i++) {
      float highest = all_high[0];
      #pragma unroll
      for (int g = 1; g < GROUP_PART; g++) if ((first_score + i) / UNROLL == g) highest = all_high[g];
      score[i] = score[i] > -INFINITY_F ? __expf(score[i] - highest) : 0.f;
    }
    #pragma unroll
    for (int g = 0; g < GROUP_PART; g++) {
      const float shrink = most[g] > -INFINITY_F ? __expf(most[g] - all_high[g]) : 0.f;
      most[g] = all_high[g];
      sum[g] *= shrink;
      #pragma unroll
      for (int e = 0; e < 8; e++) acc[g][e] *= shrink;
    }
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      float wide[8];
      widen_eight(tile.v[u], wide);
      #pragma unroll
      for (int g = 0; g < GROUP_PART; g++) {
        const int at = g * UNROLL + u;
        const float p = __shfl_sync(~0u, score[at % SCORES_PER_LANE], at * LANES / SCORES, LANES);
        sum[g] += p;
        #pragma unroll
        for (int e = 0; e < 8; e++) acc[g][e] = fmaf(p, wide[e], acc[g][e]);
      }
    }
  }

  #pragma unroll
  for (int g = 0; g < GROUP_PART; g++) {
    if (in_key == 0) { merged.most[g][team] = most[g]; merged.sum[g][team] = sum[g]; }
    if (is_used)
      #pragma unroll
      for (int e = 0; e < 8; e++) merged.value[g][team][in_key * 8 + e] = acc[g][e];
  }
}
#endif
