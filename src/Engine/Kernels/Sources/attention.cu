// Decode attention: one query of each sequence over the paged cache, split over the sequence (https://pytorch.org/blog/flash-decoding/). The keys of
// a group of heads are read once. Grid (splits, KV_HEADS * GROUP / GROUP_PART, rows), ATTENTION_THREADS. Teams are merged at the end of a block, and
// splits by the block that finishes last.
//
// qkv [rows, HEADS + 2 * KV_HEADS, HEAD_DIM] holds the queries; out [rows, HEADS, HEAD_DIM]; partials [rows, HEADS, splits, HEAD_DIM + 2];
// counters [rows, KV_HEADS * GROUP / GROUP_PART] are 0 before and after. layout[0] is the length of a row of block numbers.
// window 0 sees all; cap 0 is no soft cap; sinks may be null.

#if !defined(HEADS) || !defined(KV_HEADS) || !defined(HEAD_DIM) || !defined(GROUP_PART) || !defined(ATTENTION_THREADS)
#error "attention.cu needs HEADS, KV_HEADS, HEAD_DIM, GROUP_PART, ATTENTION_THREADS"
#endif

// The least number of keys of a split: below it, merging costs more than another block gains.
#define WORTH_A_SPLIT 256

extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS) decode_attention(
    const element* qkv, const element* keys, const element* values, const int* lengths, const int* tables, const int* layout,
    element* out, float* partials, int* counters, float scale, int window, float cap, const element* sinks) {
  const int row = blockIdx.z, kv_head = blockIdx.y / PARTS, part = blockIdx.y % PARTS, first_head = kv_head * GROUP + part * GROUP_PART;
  let_next_begin();
  const int length = lengths[row], start = window > 0 && length > window ? length - window : 0, count = length - start, splits = gridDim.x;
  const int per_split = (max((count + splits - 1) / splits, WORTH_A_SPLIT) + TILE - 1) / TILE * TILE;
  const int active = count > 0 ? (count + per_split - 1) / per_split : 1;
  if ((int)blockIdx.x >= active) return;
  const int begin = start + blockIdx.x * per_split, end = min(begin + per_split, length);
  const int* table = tables + (size_t)row * layout[0];
  const element* queries = qkv + ((size_t)row * (HEADS + 2 * KV_HEADS) + first_head) * HEAD_DIM;

  __shared__ Teams merged;
  wait_for_input();
  attend_keys(queries, keys, values, table, kv_head, begin, end, scale, cap, merged);
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP_PART * HEAD_DIM; i += ATTENTION_THREADS) {
    const int g = i / HEAD_DIM, d = i % HEAD_DIM, head = first_head + g;
    float high = -INFINITY_F, total = 0.f, value = 0.f;
    for (int t = 0; t < TEAMS; t++) high = fmaxf(high, merged.most[g][t]);
    if (high > -INFINITY_F)
      for (int t = 0; t < TEAMS; t++) {
        const float share = __expf(merged.most[g][t] - high);
        total += merged.sum[g][t] * share;
        value += merged.value[g][t][d] * share;
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
  for (int i = threadIdx.x; i < GROUP_PART * HEAD_DIM; i += ATTENTION_THREADS) {
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
