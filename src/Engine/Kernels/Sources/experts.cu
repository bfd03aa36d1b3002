// The gated networks of experts, for the pairs of each (see route.cu). A block computes a few outputs for all pairs of one place of the plan, 8 * TILES pairs
// at a
// time, so that up to so many cost one reading of the expert's weights. Grid (tiles of outputs, places), WARPS; places without pairs leave at once, which makes
// a recorded launch suit every routing. Sizes are multiples of 8. HIDDEN and `size` are the widths of the model and of one expert.
#if !defined(HIDDEN) || !defined(EXPERTS_PER_TOKEN) || !defined(EXPERT_SIDE) || !defined(EXPERT_ROWS) || !defined(THREADS) || !defined(WARPS) || \
    !defined(ELEMENTS_PER_WARP)
#error "experts.cu needs HIDDEN, EXPERTS_PER_TOKEN, EXPERT_SIDE, EXPERT_ROWS, THREADS, WARPS, ELEMENTS_PER_WARP"
#endif

#if HAS_MMA
#define SHARES WARPS
#else
#define SHARES 1
#endif

// Products of two times EXPERT_SIDE rows of a matrix with 8 * TILES vectors, in so many parts that are to be summed. A row of it is padded against bank
// conflicts.
template <int TILES> struct Products {
  float part[SHARES][2][8 * TILES][EXPERT_SIDE + 4];

  __device__ __forceinline__ float sum(int half, int vector, int output) const {
    float s = 0.f;
    #pragma unroll
    for (int i = 0; i < SHARES; i++) s += part[i][half][vector][output];
    return s;
  }
};

// w [w_rows, inputs], whose rows from `first` and from `second` on count; x [.., inputs], of which the rows x_rows[0 .. count).
template <int TILES> __device__ __forceinline__ void multiply_rows(
    const element* w, int w_rows, int first, int second, int inputs, const element* x, const int* x_rows, int count, Products<TILES>& products) {
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
#if HAS_MMA
  // The warps share the inputs, 32 at a time. As in attention_tensor.cu a lane holds eight neighbours where the instruction has pairs, of weights and vectors
  // alike.
  constexpr int Loads = 2, Step = 32 * SHARES;
  const int group = lane / 4, part = lane % 4;
  const element* from[4];
  #pragma unroll
  for (int i = 0; i < 4; i++) from[i] = w + (size_t)min((i < 2 ? first : second) + group + 8 * (i & 1), w_rows - 1) * inputs + part * 8;
  const element* vector[TILES];
  #pragma unroll
  for (int n = 0; n < TILES; n++) vector[n] = 8 * n + group < count ? x + (size_t)x_rows[8 * n + group] * inputs + part * 8 : nullptr;
  float sum[2][TILES][4];
  #pragma unroll
  for (int h = 0; h < 2; h++)
    #pragma unroll
    for (int n = 0; n < TILES; n++)
      #pragma unroll
      for (int i = 0; i < 4; i++) sum[h][n][i] = 0.f;
  for (int base = warp * 32; base < inputs; base += Step * Loads) {
    Eight loaded[Loads][4];
    #pragma unroll
    for (int u = 0; u < Loads; u++)
      #pragma unroll
      for (int i = 0; i < 4; i++) loaded[u][i] = base + u * Step + part * 8 < inputs ? stream_eight(from[i] + base + u * Step) : Eight();
    #pragma unroll
    for (int u = 0; u < Loads; u++)
      #pragma unroll
      for (int n = 0; n < TILES; n++)
        if (8 * n < count) {
          const uint4 b = (vector[n] && base + u * Step + part * 8 < inputs ? load_eight(vector[n] + base + u * Step) : Eight()).a;
          #pragma unroll
          for (int h = 0; h < 2; h++) {
            const uint4 low = loaded[u][2 * h].a, high = loaded[u][2 * h + 1].a;
            multiply(sum[h][n], low.x, high.x, low.y, high.y, b.x, b.y);
            multiply(sum[h][n], low.z, high.z, low.w, high.w, b.z, b.w);
          }
        }
  }
  #pragma unroll
  for (int h = 0; h < 2; h++)
    #pragma unroll
    for (int n = 0; n < TILES; n++)
      #pragma unroll
      for (int i = 0; i < 4; i++) products.part[warp][h][8 * n + 2 * part + (i & 1)][group + 8 * (i >> 1)] = sum[h][n][i];
#else
  // A warp has every WARPS-th row, and its lanes share the inputs.
  for (int r = warp; r < EXPERT_SIDE; r += WARPS) {
    const element* low = w + (size_t)min(first + r, w_rows - 1) * inputs;
    const element* high = w + (size_t)min(second + r, w_rows - 1) * inputs;
    for (int tile = 0; tile < count; tile += 8) {
      float sum[2][8];
      #pragma unroll
      for (int n = 0; n < 8; n++) sum[0][n] = sum[1][n] = 0.f;
      for (int i = lane * 8; i < inputs; i += ELEMENTS_PER_WARP) {
        const Eight low_loaded = stream_eight(low + i), high_loaded = stream_eight(high + i);
        float a[2][8];
        widen_eight(low_loaded, a[0]);
        widen_eight(high_loaded, a[1]);
        #pragma unroll
        for (int n = 0; n < 8; n++)
          if (tile + n < count) {
            float b[8];
            widen_eight(load_eight(x + (size_t)x_rows[tile + n] * inputs + i), b);
            #pragma unroll
            for (int e = 0; e < 8; e++) {
              sum[0][n] = fmaf(a[0][e], b[e], sum[0][n]);
              sum[1][n] = fmaf(a[1][e], b[e], sum[1][n]);
            }
          }
      }
      #pragma unroll
      for (int n = 0; n < 8; n++)
        #pragma unroll
        for (int h = 0; h < 2; h++) {
          const float whole = warp_sum(sum[h][n]);
          if (lane == 0) products.part[0][h][tile + n][r] = whole;
        }
    }
  }
#endif
}

// inner [pairs, size], in the plan's order, from x [rows, HIDDEN]; w [EXPERTS, 2 * size, HIDDEN]: all gates of an expert, then all its ups.
template <int TILES> __device__ __forceinline__ void gate_up(const element* w, const element* x, const Plan* plan, const int* order, element* inner, int size) {
  __shared__ Products<TILES> products;
  __shared__ int rows[8 * TILES];
  let_next_begin();
  wait_for_input();
  const int place = blockIdx.y, used = plan->used, expert = plan->expert[place];
  const int begin = plan->first[place], end = plan->first[place + 1], output = blockIdx.x * EXPERT_SIDE;
  if (place >= used) return;
  for (int first = begin; first < end; first += 8 * TILES) {
    const int count = min(8 * TILES, end - first);
    if ((int)threadIdx.x < count) rows[threadIdx.x] = order[first + threadIdx.x] / EXPERTS_PER_TOKEN;
    __syncthreads();
    multiply_rows<TILES>(w + (size_t)expert * 2 * size * HIDDEN, 2 * size, output, size + output, HIDDEN, x, rows, count, products);
    __syncthreads();
    for (int i = threadIdx.x; i < EXPERT_SIDE * count; i += THREADS) {
      const int at = i % EXPERT_SIDE, pair = i / EXPERT_SIDE;
      if (output + at < size)
        inner[(size_t)(first + pair) * size + output + at] =
            narrow(gated(rounded(products.sum(0, pair, at)), rounded(products.sum(1, pair, at))));
    }
    __syncthreads();
  }
}

// out [rows, EXPERTS_PER_TOKEN, HIDDEN] from inner [pairs, size]; w [EXPERTS, HIDDEN, size].
template <int TILES> __device__ __forceinline__ void down(const element* w, const element* inner, const Plan* plan, const int* order, element* out, int size) {
  __shared__ Products<TILES> products;
  __shared__ int rows[8 * TILES];
  let_next_begin();
  wait_for_input();
  const int place = blockIdx.y, used = plan->used, expert = plan->expert[place];
  const int begin = plan->first[place], end = plan->first[place + 1], output = blockIdx.x * 2 * EXPERT_SIDE;
  if (place >= used) return;
  for (int first = begin; first < end; first += 8 * TILES) {
    const int count = min(8 * TILES, end - first);
    if ((int)threadIdx.x < count) rows[threadIdx.x] = first + threadIdx.x;
    __syncthreads();
    multiply_rows<TILES>(w + (size_t)expert * HIDDEN * size, HIDDEN, output, output + EXPERT_SIDE, size, inner, rows, count, products);
    __syncthreads();
    for (int i = threadIdx.x; i < 2 * EXPERT_SIDE * count; i += THREADS) {
      const int at = i % (2 * EXPERT_SIDE), pair = i / (2 * EXPERT_SIDE);
      if (output + at < HIDDEN) out[(size_t)order[first + pair] * HIDDEN + output + at] = narrow(products.sum(at / EXPERT_SIDE, pair, at % EXPERT_SIDE));
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(THREADS, 4) experts_gate_up(
    const element* w, const element* x, const Plan* plan, const int* order, element* inner, int size) {
  gate_up<1>(w, x, plan, order, inner, size);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2) experts_gate_up_wide(
    const element* w, const element* x, const Plan* plan, const int* order, element* inner, int size) {
  gate_up<EXPERT_ROWS / 8>(w, x, plan, order, inner, size);
}

extern "C" __global__ void __launch_bounds__(THREADS, 4) experts_down(
    const element* w, const element* inner, const Plan* plan, const int* order, element* out, int size) {
  down<1>(w, inner, plan, order, out, size);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2) experts_down_wide(
    const element* w, const element* inner, const Plan* plan, const int* order, element* out, int size) {
  down<EXPERT_ROWS / 8>(w, inner, plan, order, out, size);
}

// y [rows, HIDDEN] = the sum of what the experts of a row made of it, out [rows, EXPERTS_PER_TOKEN, HIDDEN], by their weights. Grid (blocks over HIDDEN / 8,
// rows).
extern "C" __global__ void mix(const element* out, const int* chosen, const float* weights, element* y) {
  const int i = (blockIdx.x * blockDim.x + threadIdx.x) * 8, row = blockIdx.y;
  let_next_begin();
  wait_for_input();
  if (i >= HIDDEN) return;
  float sum[8];
  #pragma unroll
  for (int e = 0; e < 8; e++) sum[e] = 0.f;
  if (chosen[row * EXPERTS_PER_TOKEN] >= 0)
    #pragma unroll
    for (int j = 0; j < EXPERTS_PER_TOKEN; j++) {
      const int pair = row * EXPERTS_PER_TOKEN + j;
      float v[8];
      widen_eight(load_eight(out + (size_t)pair * HIDDEN + i), v);
      #pragma unroll
      for (int e = 0; e < 8; e++) sum[e] = fmaf(weights[pair], v[e], sum[e]);
    }
  store_eight(y + (size_t)row * HIDDEN + i, sum);
}
