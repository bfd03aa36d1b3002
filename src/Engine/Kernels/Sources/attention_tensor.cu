// Decode attention on tensor cores. A warp takes 16 keys at a time: scores are keys x queries, and what comes out is values x shares, both with the
// heads of a group as the eight columns of mma.m16n8k16. A lane holds eight neighbouring dimensions of a key, 16 bytes, where the instruction has pairs:
// the order of dimensions in a product does not matter as long as both sides have the same. Values are turned by movmatrix, and so are the shares.
// Running softmax: https://arxiv.org/abs/1805.02867. Layout of fragments: PTX ISA, "Matrix Fragments for mma.m16n8k16".
#if !defined(HEADS) || !defined(KV_HEADS) || !defined(HEAD_DIM) || !defined(GROUP_PART) || !defined(BLOCK_SIZE) || !defined(ATTENTION_WARPS)
#error "attention_tensor.cu needs HEADS, KV_HEADS, HEAD_DIM, GROUP_PART, BLOCK_SIZE, ATTENTION_WARPS"
#endif
#if HAS_MMA && HEAD_DIM % 32 == 0 && HEAD_DIM <= 128
#define TENSOR_CORES 1
#else
#define TENSOR_CORES 0
#endif
#define GROUP (HEADS / KV_HEADS)
#define PARTS (GROUP / GROUP_PART)

#if TENSOR_CORES
#define TEAMS ATTENTION_WARPS
#define TILE (16 * TEAMS)
#define PIECES (HEAD_DIM / 32)

// What the warps of a block have: running maximum and sum of each head, and values that are not divided by the sum yet.
struct Teams { float value[GROUP_PART][TEAMS][HEAD_DIM], most[GROUP_PART][TEAMS], sum[GROUP_PART][TEAMS]; };

__device__ __forceinline__ unsigned turned(unsigned x) {
  unsigned y;
  asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(y) : "r"(x));
  return y;
}

__device__ __forceinline__ unsigned paired(float low, float high) { return narrow(low) | ((unsigned)narrow(high) << 16); }

// Eight dimensions of each 32 of the keys `base + lane / 4` and eight further on; zeros behind the end.
struct SixteenRows {
  uint4 low[PIECES], high[PIECES];

  __device__ __forceinline__ void load(const element* cache, const int* table, int kv_head, int base, int end) {
    const int lane = threadIdx.x & 31;
    load_row(low, cache, table, kv_head, base + lane / 4, end, lane % 4);
    load_row(high, cache, table, kv_head, base + 8 + lane / 4, end, lane % 4);
  }

  static __device__ __forceinline__ void load_row(uint4* row, const element* cache, const int* table, int kv_head, int position, int end, int part) {
    const bool is_there = position < end;
    const size_t slot = is_there ? (size_t)table[position / BLOCK_SIZE] * BLOCK_SIZE + position % BLOCK_SIZE : 0;
    const element* from = cache + (slot * KV_HEADS + kv_head) * HEAD_DIM + part * 8;
    #pragma unroll
    for (int j = 0; j < PIECES; j++) row[j] = is_there ? __ldcs((const uint4*)(from + 32 * j)) : make_uint4(0, 0, 0, 0);
  }
};

__device__ __forceinline__ void attend_keys(
    const element* queries, const element* keys, const element* values, const int* table, int kv_head, int begin, int end, float scale, float cap,
    Teams& merged) {
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, group = lane / 4, part = lane % 4;
  uint4 q[PIECES];
  #pragma unroll
  for (int j = 0; j < PIECES; j++)
    q[j] = group < GROUP_PART ? *(const uint4*)(queries + group * HEAD_DIM + 32 * j + part * 8) : make_uint4(0, 0, 0, 0);
  float out[2 * PIECES][4] = {}, most[2] = {-INFINITY_F, -INFINITY_F}, sum[2] = {0.f, 0.f};

  int base = begin + warp * 16;
  SixteenRows k, v;
  k.load(keys, table, kv_head, base, end);
  v.load(values, table, kv_head, base, end);
  for (; base < end; base += TILE) {
    float s[4] = {};
    #pragma unroll
    for (int j = 0; j < PIECES; j++) {
      multiply(s, k.low[j].x, k.high[j].x, k.low[j].y, k.high[j].y, q[j].x, q[j].y);
      multiply(s, k.low[j].z, k.high[j].z, k.low[j].w, k.high[j].w, q[j].z, q[j].w);
    }
    if (base + TILE < end) k.load(keys, table, kv_head, base + TILE, end);

    // s[0] and s[1] are the scores of two heads for one key, s[2] and s[3] for the key eight further on.
    float shrink[2];
    #pragma unroll
    for (int i = 0; i < 4; i++) {
      s[i] *= scale;
      if (cap > 0.f) s[i] = cap * tanhf(s[i] / cap);
      if (base + group + (i / 2) * 8 >= end) s[i] = -INFINITY_F;
    }
    #pragma unroll
    for (int h = 0; h < 2; h++) {
      float high = fmaxf(s[h], s[2 + h]);
      #pragma unroll
      for (int offset = 4; offset < 32; offset <<= 1) high = fmaxf(high, __shfl_xor_sync(~0u, high, offset));
      high = fmaxf(high, most[h]);
      shrink[h] = __expf(most[h] - high);
      most[h] = high;
      s[h] = __expf(s[h] - high);
      s[2 + h] = __expf(s[2 + h] - high);
      sum[h] = sum[h] * shrink[h] + s[h] + s[2 + h];
    }
    if (__any_sync(~0u, shrink[0] != 1.f || shrink[1] != 1.f))
      #pragma unroll
      for (int m = 0; m < 2 * PIECES; m++)
        #pragma unroll
        for (int i = 0; i < 4; i++) out[m][i] *= shrink[i % 2];

    const unsigned shares_low = turned(paired(s[0], s[1])), shares_high = turned(paired(s[2], s[3]));
    #pragma unroll
    for (int j = 0; j < PIECES; j++) {
      multiply(out[2 * j], turned(v.low[j].x), turned(v.low[j].y), turned(v.high[j].x), turned(v.high[j].y), shares_low, shares_high);
      multiply(out[2 * j + 1], turned(v.low[j].z), turned(v.low[j].w), turned(v.high[j].z), turned(v.high[j].w), shares_low, shares_high);
    }
    if (base + TILE < end) v.load(values, table, kv_head, base + TILE, end);
  }

  #pragma unroll
  for (int h = 0; h < 2; h++) {
    #pragma unroll
    for (int offset = 4; offset < 32; offset <<= 1) sum[h] += __shfl_xor_sync(~0u, sum[h], offset);
    const int head = part * 2 + h;
    if (head < GROUP_PART) {
      if (group == 0) { merged.most[head][warp] = most[h]; merged.sum[head][warp] = sum[h]; }
      #pragma unroll
      for (int m = 0; m < 2 * PIECES; m++)
        #pragma unroll
        for (int i = 0; i < 2; i++)
          merged.value[head][warp][32 * (m / 2) + 8 * (group / 2) + 4 * (m % 2) + 2 * i + group % 2] = out[m][2 * i + h];
    }
  }
}
#endif
