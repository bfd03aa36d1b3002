// Attention of one query a sequence over the paged cache, split over the sequence (https://pytorch.org/blog/flash-decoding/) and with the keys of a
// group of heads read once. Grid (splits, KV_HEADS * GROUP / GROUP_PART, rows), 4 warps. Each group of LANES lanes takes one key at a time and keeps a
// running softmax of its own (https://arxiv.org/abs/1805.02867); they are merged at the end, and the splits by the block that is last to finish.
//
// qkv [rows, HEADS + 2 * KV_HEADS, HEAD_DIM] holds the queries; out [rows, HEADS, HEAD_DIM]; partials [rows, HEADS, splits, HEAD_DIM + 2];
// counters [rows, KV_HEADS * GROUP / GROUP_PART] are 0 before and after. layout[0] is the length of a row of block numbers.
// window 0 sees all; cap 0 bends no score; sinks may be null.
#define GROUP (HEADS / KV_HEADS)
#define PARTS (GROUP / GROUP_PART)
#define KEYS_PER_WARP (32 / LANES)
#define UNROLL 4
#define TEAMS (4 * KEYS_PER_WARP)
#define TILE (TEAMS * UNROLL)

extern "C" __global__ void __launch_bounds__(128) decode_attention(
    const element* qkv, const element* keys, const element* values, const int* lengths, const int* tables, const int* layout,
    element* out, float* partials, int* counters, float scale, int window, float cap, const element* sinks) {
  const int row = blockIdx.z, kv_head = blockIdx.y / PARTS, part = blockIdx.y % PARTS, first_head = kv_head * GROUP + part * GROUP_PART;
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, in_key = lane % LANES, team = warp * KEYS_PER_WARP + lane / LANES;
  const int length = lengths[row], start = window > 0 && length > window ? length - window : 0, count = length - start;
  int per_split = (count + gridDim.x - 1) / gridDim.x;
  per_split = (per_split + TILE - 1) / TILE * TILE;
  const int active = count > 0 ? (count + per_split - 1) / per_split : 1;
  if (blockIdx.x >= active) return;
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
  }

  for (int base = begin + warp * KEYS_PER_WARP * UNROLL; base < end; base += TILE) {
    Eight k[UNROLL], v[UNROLL];
    bool is_seen[UNROLL];
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      const int position = base + u * KEYS_PER_WARP + lane / LANES;
      is_seen[u] = position < end;
      if (is_seen[u] && is_used) {
        const size_t slot = (size_t)table[position / BLOCK_SIZE] * BLOCK_SIZE + position % BLOCK_SIZE;
        const size_t at = (slot * KV_HEADS + kv_head) * HEAD_DIM + in_key * 8;
        k[u] = load_eight(keys + at);
        v[u] = load_eight(values + at);
      } else {
        k[u] = Eight();
        v[u] = Eight();
      }
    }
    float score[UNROLL][GROUP_PART];
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      float wide[8];
      widen_eight(k[u], wide);
      #pragma unroll
      for (int g = 0; g < GROUP_PART; g++) {
        float dot = 0.f;
        #pragma unroll
        for (int e = 0; e < 8; e++) dot = fmaf(q[g][e], wide[e], dot);
        score[u][g] = dot;
      }
    }
    #pragma unroll
    for (int u = 0; u < UNROLL; u++)
      #pragma unroll
      for (int g = 0; g < GROUP_PART; g++) {
        float dot = score[u][g];
        #pragma unroll
        for (int offset = LANES / 2; offset; offset >>= 1) dot += __shfl_xor_sync(~0u, dot, offset);
        dot *= scale;
        if (cap > 0.f) dot = cap * tanhf(dot / cap);
        score[u][g] = is_seen[u] ? dot : -INFINITY_F;
      }
    #pragma unroll
    for (int g = 0; g < GROUP_PART; g++) {
      float high = most[g];
      #pragma unroll
      for (int u = 0; u < UNROLL; u++) high = fmaxf(high, score[u][g]);
      if (high > -INFINITY_F) {
        const float shrink = __expf(most[g] - high);
        most[g] = high;
        sum[g] *= shrink;
        #pragma unroll
        for (int e = 0; e < 8; e++) acc[g][e] *= shrink;
        #pragma unroll
        for (int u = 0; u < UNROLL; u++) { score[u][g] = __expf(score[u][g] - high); sum[g] += score[u][g]; }
      } else {
        #pragma unroll
        for (int u = 0; u < UNROLL; u++) score[u][g] = 0.f;
      }
    }
    #pragma unroll
    for (int u = 0; u < UNROLL; u++) {
      float wide[8];
      widen_eight(v[u], wide);
      #pragma unroll
      for (int g = 0; g < GROUP_PART; g++)
        #pragma unroll
        for (int e = 0; e < 8; e++) acc[g][e] = fmaf(score[u][g], wide[e], acc[g][e]);
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
      float* partial = partials + (((size_t)row * HEADS + head) * gridDim.x + blockIdx.x) * (HEAD_DIM + 2);
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
    const float* partial = partials + ((size_t)row * HEADS + head) * gridDim.x * (HEAD_DIM + 2);
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
