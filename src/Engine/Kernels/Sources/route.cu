// Routing: the top experts of each row, and the plan of rows by expert. A warp chooses for a row of logits [rows, EXPERTS]: chosen and weights [rows,
// EXPERTS_PER_TOKEN], the largest first, of equal ones the lower index first. A pair is a row and one of its experts, by its index in chosen. The
// block that is last to finish sorts the pairs by expert, and those of an expert by row: order [rows * EXPERTS_PER_TOKEN], with what the plan says of
// it. A row whose slot is negative is not used and has no pairs. Grid over rows / WARPS, WARPS a block. EXPERTS_PER_TOKEN is at most 32.
#if !defined(EXPERTS) || !defined(EXPERTS_PER_TOKEN) || !defined(PLAN_INTEGERS) || !defined(PAIR_BITS) || !defined(THREADS) || !defined(WARPS)
#error "route.cu needs EXPERTS, EXPERTS_PER_TOKEN, PLAN_INTEGERS, PAIR_BITS, THREADS, WARPS"
#endif
#define EXPERTS_PER_LANE ((EXPERTS + 31) / 32)

// Experts with pairs are in the first `used` places; the pairs of a place are those of the order from first[place] to first[place + 1]. counter is 0 before and
// after.
struct Plan { int counter, used, expert[EXPERTS], first[EXPERTS + 1]; };
static_assert(sizeof(Plan) == PLAN_INTEGERS * sizeof(int) && EXPERTS_PER_TOKEN <= 32, "room for a plan, and a lane for each expert of a token");

typedef unsigned long long ranked;

// Higher for larger numbers, and for the lower index of equal ones; never 0.
__device__ __forceinline__ ranked rank_of(float x, int index) {
  const int bits = __float_as_int(x + 0.f);
  return (ranked)((unsigned)bits ^ ((unsigned)(bits >> 31) | 0x80000000u)) << 32 | (unsigned)~index;
}

__device__ __forceinline__ void choose(const element* logits, int* chosen, float* weights, int normalize, float factor) {
  const int lane = threadIdx.x & 31;
  ranked rank[EXPERTS_PER_LANE];
  float most = -INFINITY_F, sum = 0.f;
  #pragma unroll
  for (int i = 0; i < EXPERTS_PER_LANE; i++) {
    const int expert = lane + 32 * i;
    const float x = expert < EXPERTS ? widen(logits[expert]) : -INFINITY_F;
    rank[i] = expert < EXPERTS ? rank_of(x, expert) : 0;
    most = fmaxf(most, x);
  }
  #pragma unroll
  for (int k = 16; k; k >>= 1) most = fmaxf(most, __shfl_xor_sync(~0u, most, k));
  #pragma unroll
  for (int i = 0; i < EXPERTS_PER_LANE; i++)
    if (lane + 32 * i < EXPERTS) sum += expf(widen(logits[lane + 32 * i]) - most);
  sum = warp_sum(sum);

  int own = 0;
  for (int j = 0; j < EXPERTS_PER_TOKEN; j++) {
    ranked best = 0;
    #pragma unroll
    for (int i = 0; i < EXPERTS_PER_LANE; i++) if (rank[i] > best) best = rank[i];
    #pragma unroll
    for (int k = 16; k; k >>= 1) {
      const ranked other = __shfl_xor_sync(~0u, best, k);
      if (other > best) best = other;
    }
    #pragma unroll
    for (int i = 0; i < EXPERTS_PER_LANE; i++) if (rank[i] == best) rank[i] = 0;
    if (lane == j) own = (int)~(unsigned)best;
  }

  float score = lane < EXPERTS_PER_TOKEN ? expf(widen(logits[own]) - most) / sum : 0.f;
  if (normalize) score /= warp_sum(score) + 1e-20f;
  if (lane < EXPERTS_PER_TOKEN) { chosen[lane] = own; weights[lane] = score * factor; }
}

// Each warp counts and then places the pairs of its share, 32 at a time.
__device__ __forceinline__ void sort_pairs(const int* chosen, Plan* plan, int* order, int pairs) {
  __shared__ int counts[WARPS][EXPERTS];
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int share = (pairs + 32 * WARPS - 1) / (32 * WARPS) * 32, begin = warp * share, end = min(begin + share, pairs);
  for (int i = threadIdx.x; i < WARPS * EXPERTS; i += 32 * WARPS) counts[0][i] = 0;
  __syncthreads();
  for (int base = begin; base < end; base += 32) {
    const int expert = base + lane < end ? __ldcg(chosen + base + lane) : -1;
    const unsigned same = __match_any_sync(~0u, expert);
    if (expert >= 0 && lane == __ffs(same) - 1) counts[warp][expert] += __popc(same);
    __syncwarp();
  }
  __syncthreads();
  if (warp == 0) {
    // Pairs in the lower PAIR_BITS, experts that have any in the upper ones.
    int before = 0;
    for (int base = 0; base < EXPERTS; base += 32) {
      const int expert = base + lane;
      int own = 0;
      if (expert < EXPERTS)
        for (int w = 0; w < WARPS; w++) own += counts[w][expert];
      if (own) own += 1 << PAIR_BITS;
      int total = own;
      #pragma unroll
      for (int k = 1; k < 32; k <<= 1) {
        const int lower = __shfl_up_sync(~0u, total, k);
        if (lane >= k) total += lower;
      }
      const int start = before + total - own;
      if (own) {
        int first = start & ((1 << PAIR_BITS) - 1);
        plan->expert[start >> PAIR_BITS] = expert;
        plan->first[start >> PAIR_BITS] = first;
        for (int w = 0; w < WARPS; w++) {
          const int count = counts[w][expert];
          counts[w][expert] = first;
          first += count;
        }
      }
      before += __shfl_sync(~0u, total, 31);
    }
    if (lane == 0) { plan->used = before >> PAIR_BITS; plan->first[before >> PAIR_BITS] = before & ((1 << PAIR_BITS) - 1); }
  }
  __syncthreads();
  for (int base = begin; base < end; base += 32) {
    const int expert = base + lane < end ? __ldcg(chosen + base + lane) : -1;
    const unsigned same = __match_any_sync(~0u, expert), lower = same & ((1u << lane) - 1);
    if (expert >= 0) order[counts[warp][expert] + __popc(lower)] = base + lane;
    __syncwarp();
    if (expert >= 0 && lower == 0) counts[warp][expert] += __popc(same);
    __syncwarp();
  }
}

extern "C" __global__ void __launch_bounds__(THREADS) route(
    const element* logits, const int* slots, int* chosen, float* weights, Plan* plan, int* order, int rows, int normalize, float factor) {
  __shared__ bool is_last;
  const int row = blockIdx.x * WARPS + (threadIdx.x >> 5), lane = threadIdx.x & 31, pair = row * EXPERTS_PER_TOKEN;
  let_next_begin();
  wait_for_input();
  if (row < rows) {
    if (slots[row] >= 0) choose(logits + (size_t)row * EXPERTS, chosen + pair, weights + pair, normalize, factor);
    else if (lane < EXPERTS_PER_TOKEN) { chosen[pair + lane] = -1; weights[pair + lane] = 0.f; }
  }
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    is_last = atomicAdd(&plan->counter, 1) == (int)gridDim.x - 1;
    if (is_last) plan->counter = 0;
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  sort_pairs(chosen, plan, order, rows * EXPERTS_PER_TOKEN);
}
