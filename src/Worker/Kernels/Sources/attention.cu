// Attention of one query a sequence over the paged cache, split over the sequence (https://pytorch.org/blog/flash-decoding/) and with the keys of a
// group of heads read once. Grid (splits, KV_HEADS * GROUP / GROUP_PART, rows), 4 warps. Each group of LANES lanes, a team, takes UNROLL keys at a time
// and keeps a running softmax of its own (https://arxiv.org/abs/1805.02867); teams are merged at the end, and splits by the block that is last to finish.
//
// qkv [rows, HEADS + 2 * KV_HEADS, HEAD_DIM] holds the queries; out [rows, HEADS, HEAD_DIM]; partials [rows, HEADS, splits, HEAD_DIM + 2];
// counters [rows, KV_HEADS * GROUP / GROUP_PART] are 0 before and after. layout[0] is the length of a row of block numbers.
// window 0 sees all; cap 0 bends no score; sinks may be null.
#define GROUP (HEADS / KV_HEADS)
#define PARTS (GROUP / GROUP_PART)
#define TEAMS_PER_WARP (32 / LANES)
#define TEAMS (4 * TEAMS_PER_WARP)
// A team has the scores of UNROLL keys and PADDED heads, a power of two of each. Summed up, score i is with lane i * LANES / SCORES: each lane has
// SCORES_PER_LANE of them, or several lanes have the same one.
#define PADDED (GROUP_PART > 4 ? 8 : GROUP_PART > 2 ? 4 : GROUP_PART)
#define UNROLL (PADDED > 4 ? 2 : 4)
#define SCORES (UNROLL * PADDED)
#define SCORES_PER_LANE (SCORES > LANES ? SCORES / LANES : 1)
#define HEADS_PER_LANE (SCORES_PER_LANE > UNROLL ? SCORES_PER_LANE / UNROLL : 1)
#define TILE (TEAMS * UNROLL)

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

extern "C" __global__ void __launch_bounds__(128) decode_attention(
    const element* qkv, const element* keys, const element* values, const int* lengths, const int* tables, const int* layout,
    element* out, float* partials, int* counters, float scale, int window, float cap, const element* sinks) {
  const int row = blockIdx.z, kv_head = blockIdx.y / PARTS, part = blockIdx.y % PARTS, first_head = kv_head * GROUP + part * GROUP_PART;
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, in_key = lane % LANES, team = warp * TEAMS_PER_WARP + lane / LANES;
  const int length = lengths[row], start = window > 0 && length > window ? length - window : 0, count = length - start, splits = gridDim.x;
  const int per_split = ((count + splits - 1) / splits + TILE - 1) / TILE * TILE;
  const int active = count > 0 ? (count + per_split - 1) / per_split : 1;
  if ((int)blockIdx.x >= active) return;
  const int begin = start + blockIdx.x * per_split, end = min(begin + per_split, length);
  const int* table = tables + (size_t)row * layout[0];
  const bool is_used = in_key * 8 < HEAD_DIM;

  float q[GROUP_PART][8], acc[GROUP_PART][8], most[GROUP_PART], sum[GROUP_PART];
  #pragma unroll
  for (int g = 0; g < GROUP_PART; g++) {
    most[g] = -INFINITY_F;
    sum[g] = 0.f;
    #pragma unroll
    for (int e = 0; e < 8; e++) acc[g][e] = q[g][e] = 0.f;
    if (is_used) widen_eight(load_eight(qkv + ((size_t)row * (HEADS + 2 * KV_HEADS) + first_head + g) * HEAD_DIM + in_key * 8), q[g]);
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

  __shared__ float room[GROUP_PART][TEAMS][HEAD_DIM], team_most[GROUP_PART][TEAMS], team_sum[GROUP_PART][TEAMS];
  #pragma unroll
  for (int g = 0; g < GROUP_PART; g++) {
    if (in_key == 0) { team_most[g][team] = most[g]; team_sum[g][team] = sum[g]; }
    if (is_used)
      #pragma unroll
      for (int e = 0; e < 8; e++) room[g][team][in_key * 8 + e] = acc[g][e];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP_PART * HEAD_DIM; i += 128) {
    const int g = i / HEAD_DIM, d = i % HEAD_DIM, head = first_head + g;
    float high = -INFINITY_F, total = 0.f, value = 0.f;
    for (int t = 0; t < TEAMS; t++) high = fmaxf(high, team_most[g][t]);
    if (high > -INFINITY_F)
      for (int t = 0; t < TEAMS; t++) {
        const float share = __expf(team_most[g][t] - high);
        total += team_sum[g][t] * share;
        value += room[g][t][d] * share;
      }
    if (active == 1) {
      if (sinks) {
        const float sink = widen(sinks[head]), higher = fmaxf(high, sink);
        const float share = high > -INFINITY_F ? __expf(high - higher) : 0.f;
        total = total * share + __expf(sink - higher);
        value *= share;
      }
      out[((size_t)row * HEADS + head) * HEAD_DIM + d] = narrow(total > 0.f ? value / total : 0.f);
    } else {
      float* partial = partials + (((size_t)row * HEADS + head) * splits + blockIdx.x) * (HEAD_DIM + 2);
      partial[d] = value;
      if (d == 0) { partial[HEAD_DIM] = high; partial[HEAD_DIM + 1] = total; }
    }
  }
  if (active == 1) return;

  __shared__ bool is_last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    int* counter = counters + (size_t)row * gridDim.y + blockIdx.y;
    is_last = atomicAdd(counter, 1) == active - 1;
    if (is_last) *counter = 0;
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  for (int i = threadIdx.x; i < GROUP_PART * HEAD_DIM; i += 128) {
    const int g = i / HEAD_DIM, d = i % HEAD_DIM, head = first_head + g;
    const float* partial = partials + ((size_t)row * HEADS + head) * splits * (HEAD_DIM + 2);
    float high = sinks ? widen(sinks[head]) : -INFINITY_F, total = 0.f, value = 0.f;
    for (int s = 0; s < active; s++) high = fmaxf(high, __ldcg(partial + s * (HEAD_DIM + 2) + HEAD_DIM));
    for (int s = 0; s < active; s++) {
      const float share = __expf(__ldcg(partial + s * (HEAD_DIM + 2) + HEAD_DIM) - high);
      total += __ldcg(partial + s * (HEAD_DIM + 2) + HEAD_DIM + 1) * share;
      value += __ldcg(partial + s * (HEAD_DIM + 2) + d) * share;
    }
    if (sinks) total += __expf(widen(sinks[head]) - high);
    out[((size_t)row * HEADS + head) * HEAD_DIM + d] = narrow(value / total);
  }
}
