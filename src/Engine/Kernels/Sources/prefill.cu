// Attention of prompts over the paged cache, on the tensor cores of compute capability 9.0 (wgmma). A block has QUERY_TILE queries of one head: one warpgroup
// copies tiles of keys and values to shared memory, two compute, 64 queries each. While the values of a tile are multiplied by their shares, the scores
// of the next tile are on their way. https://arxiv.org/abs/2407.08608. Layouts: PTX ISA, "Register Fragments for wgmma.mma_async.m64nNk16" and
// "Strides" of "Asynchronous Warpgroup Level Matrix Shared Memory Layout"; rows lie in panels of 128 bytes that are swizzled.
#if !defined(HEADS) || !defined(KV_HEADS) || !defined(HEAD_DIM) || !defined(BLOCK_SIZE) || !defined(QUERY_TILE) || !defined(KEY_TILE) || \
    !defined(STAGES) || !defined(SWIZZLE_BYTES) || !defined(TILE_INTEGERS) || !defined(PROMPT_THREADS)
#error "prefill.cu needs HEADS, KV_HEADS, HEAD_DIM, BLOCK_SIZE, QUERY_TILE, KEY_TILE, STAGES, SWIZZLE_BYTES, TILE_INTEGERS, PROMPT_THREADS"
#endif
#if defined(__CUDA_ARCH_FEAT_SM90_ALL) && !defined(ELEMENT_FLOAT) && (HEAD_DIM == 64 || HEAD_DIM == 128)
#define GROUP_QUERIES 64
#define PANEL_BYTES 128
#define PANELS (HEAD_DIM * 2 / PANEL_BYTES)
#define GROUPS (QUERY_TILE / GROUP_QUERIES)
#define WARPGROUP 128
#define QUERY_BYTES (GROUP_QUERIES * HEAD_DIM * 2)
#define TILE_BYTES (KEY_TILE * HEAD_DIM * 2)
#define LOG2_E 1.4426950408889634f

static_assert(QUERY_TILE % GROUP_QUERIES == 0 && PROMPT_THREADS == (1 + GROUPS) * WARPGROUP, "one warpgroup copies, each other one has its queries");
static_assert(KEY_TILE == 128, "the instructions below have so many keys");

#if defined(ELEMENT_BFLOAT16)
#define WGMMA_TYPES "f32.bf16.bf16"
#else
#define WGMMA_TYPES "f32.f16.f16"
#endif

#define REGISTERS_4(a, i) "+f"(a[i]), "+f"(a[i + 1]), "+f"(a[i + 2]), "+f"(a[i + 3])
#define REGISTERS_16(a, i) REGISTERS_4(a, i), REGISTERS_4(a, i + 4), REGISTERS_4(a, i + 8), REGISTERS_4(a, i + 12)
#define REGISTERS_32(a) REGISTERS_16(a, 0), REGISTERS_16(a, 16)
#define REGISTERS_64(a) REGISTERS_16(a, 0), REGISTERS_16(a, 16), REGISTERS_16(a, 32), REGISTERS_16(a, 48)
#define NAMES_32 \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define NAMES_64 NAMES_32 \
  ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47" \
  ", %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"

__device__ __forceinline__ unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }

__device__ __forceinline__ void let_arrivals(unsigned barrier, int count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}

__device__ __forceinline__ void arrive(unsigned barrier) { asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory"); }

// This thread arrives when the copies that it has begun are done.
__device__ __forceinline__ void arrive_when_copied(unsigned barrier) {
  asm volatile("cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%0];" ::"r"(barrier) : "memory");
}

__device__ __forceinline__ void await(unsigned barrier, unsigned parity) {
  asm volatile(
      "{\n.reg .pred done;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@done bra.uni over;\nbra.uni again;\nover:\n}"
      ::"r"(barrier), "r"(parity) : "memory");
}

// What was written as usual is seen by wgmma from here on.
__device__ __forceinline__ void show_to_wgmma() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

__device__ __forceinline__ void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void commit_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int Left>
__device__ __forceinline__ void await_products() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Left) : "memory"); }

// Keeps the compiler from moving what it does with registers past the beginning or the end of a product that has them.
template <int N>
__device__ __forceinline__ void pin(float (&r)[N]) {
  #pragma unroll
  for (int i = 0; i < N; i++) asm volatile("" : "+f"(r[i])::"memory");
}

template <int N>
__device__ __forceinline__ void pin(unsigned (&r)[N]) {
  #pragma unroll
  for (int i = 0; i < N; i++) asm volatile("" : "+r"(r[i])::"memory");
}

// A matrix in shared memory whose rows lie in swizzled panels: where it begins, how far panels are apart (where it is turned), eight rows in 1,024 bytes.
__device__ __forceinline__ unsigned long long matrix_at(unsigned address, unsigned panel_bytes) {
  return (unsigned long long)((address & 0x3ffff) >> 4) | (unsigned long long)(panel_bytes >> 4) << 16 |
    (unsigned long long)(SWIZZLE_BYTES >> 4) << 32 | 1ull << 62;
}

// Scores of 64 queries and KEY_TILE keys, 16 dimensions of them.
__device__ __forceinline__ void multiply_keys(float (&d)[64], unsigned long long a, unsigned long long b, int adds) {
  asm volatile(
      "{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\nwgmma.mma_async.sync.aligned.m64n128k16." WGMMA_TYPES " {" NAMES_64 "}, %64, %65, p, 1, 1, 0, 0;\n}"
      : REGISTERS_64(d) : "l"(a), "l"(b), "r"(adds));
}

// The shares of 16 keys times their values.
__device__ __forceinline__ void multiply_values(float (&d)[64], const unsigned* a, unsigned long long b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n128k16." WGMMA_TYPES " {" NAMES_64 "}, {%64, %65, %66, %67}, %68, 1, 1, 1, 1;"
      : REGISTERS_64(d) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}

__device__ __forceinline__ void multiply_values(float (&d)[32], const unsigned* a, unsigned long long b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n64k16." WGMMA_TYPES " {" NAMES_32 "}, {%32, %33, %34, %35}, %36, 1, 1, 1, 1;"
      : REGISTERS_32(d) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}

__device__ __forceinline__ float power_of_two(float x) { float y; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }

// Where the 16 bytes `piece` of a row are, in panels of so many rows.
__device__ __forceinline__ unsigned swizzled(int row, int piece, int rows) {
  return (piece / 8) * rows * PANEL_BYTES + row * PANEL_BYTES + ((piece % 8) ^ (row % 8)) * 16;
}

// Shared memory, from a multiple of SWIZZLE_BYTES on.
struct Room {
  unsigned begin;
  __device__ __forceinline__ unsigned queries(int group) const { return begin + group * QUERY_BYTES; }
  __device__ __forceinline__ unsigned keys(int stage) const { return begin + GROUPS * QUERY_BYTES + stage * TILE_BYTES; }
  __device__ __forceinline__ unsigned values(int stage) const { return keys(STAGES + stage); }
  __device__ __forceinline__ unsigned barrier(int index) const { return keys(2 * STAGES) + index * 8; }
  __device__ __forceinline__ unsigned keys_there(int stage) const { return barrier(stage); }
  __device__ __forceinline__ unsigned values_there(int stage) const { return barrier(STAGES + stage); }
  __device__ __forceinline__ unsigned keys_done(int stage) const { return barrier(2 * STAGES + stage); }
  __device__ __forceinline__ unsigned values_done(int stage) const { return barrier(3 * STAGES + stage); }
};

// Goes round the stages; the parity changes with each round.
struct Turn {
  int stage = 0;
  unsigned parity = 0;
  __device__ __forceinline__ void next() { if (++stage == STAGES) { stage = 0; parity ^= 1; } }
};

// The queries of one sequence that a block has, and the keys that they see.
struct Tile {
  int row, rows, position, length, head;
  const int* table;
  int first, last;

  __device__ __forceinline__ Tile(const int* tiles, const int* tables, int window) {
    const int* tile = tiles + TILE_INTEGERS * blockIdx.y;
    row = tile[0], rows = tile[1], position = tile[2], table = tables + tile[3], head = blockIdx.x;
    length = position + rows;
    first = window > 0 && position >= window ? (position - window + 1) / KEY_TILE : 0;
    last = (length - 1) / KEY_TILE;
  }
};

// Half of the copying warpgroup has the keys, half the values; eight threads have a row, and each of them every eighth row. Zeros behind the end.
__device__ __forceinline__ void copy_tiles(const element* cache, const Tile& tile, unsigned to, unsigned there, unsigned done) {
  constexpr int Threads = WARPGROUP / 2, Step = Threads / 8, Batch = 8;
  const int row = threadIdx.x % Threads / 8, piece = threadIdx.x % 8;
  const element* from = cache + tile.head / (HEADS / KV_HEADS) * HEAD_DIM + piece * 8;
  const unsigned place = to + swizzled(row, piece, KEY_TILE);
  Turn turn;
  for (int index = tile.last; index >= tile.first; index--) {
    await(done + turn.stage * 8, turn.parity ^ 1);
    #pragma unroll
    for (int begin = 0; begin < KEY_TILE; begin += Batch * Step) {
      int slots[Batch];
      #pragma unroll
      for (int i = 0; i < Batch; i++) {
        const int position = index * KEY_TILE + begin + i * Step + row;
        slots[i] = position < tile.length ? tile.table[position / BLOCK_SIZE] * BLOCK_SIZE + position % BLOCK_SIZE : -1;
      }
      #pragma unroll
      for (int i = 0; i < Batch; i++) {
        const element* source = from + (size_t)max(slots[i], 0) * (KV_HEADS * HEAD_DIM);
        #pragma unroll
        for (int panel = 0; panel < PANELS; panel++)
          asm volatile(
              "cp.async.cg.shared.global [%0], [%1], 16, %2;"
              ::"r"(place + turn.stage * TILE_BYTES + panel * KEY_TILE * PANEL_BYTES + (begin + i * Step) * PANEL_BYTES),
              "l"(source + panel * PANEL_BYTES / 2), "r"(slots[i] < 0 ? 0 : 16) : "memory");
      }
    }
    arrive_when_copied(there + turn.stage * 8);
    turn.next();
  }
}

// One warpgroup's 64 queries. A thread has two rows of scores, `lane / 4` and eight further on in its warp's 16, two neighbours in every eight columns.
struct Queries {
  const Tile& tile;
  const Room& room;
  const int group, window;
  const float cap;
  float factor, s[64], o[HEAD_DIM / 2], most[2], sum[2];
  unsigned shares[KEY_TILE / 4];

  __device__ __forceinline__ Queries(const Tile& tile, const Room& room, float scale, int window, float cap)
      : tile(tile), room(room), group(threadIdx.x / WARPGROUP - 1), window(window), cap(cap), factor(LOG2_E * (cap > 0.f ? 1.f : scale)) {
    most[0] = most[1] = -INFINITY_F;
    sum[0] = sum[1] = 0.f;
    #pragma unroll
    for (int i = 0; i < HEAD_DIM / 2; i++) o[i] = 0.f;
  }

  __device__ __forceinline__ int thread() const { return threadIdx.x % WARPGROUP; }

  // Of this thread's first row in the block's tile.
  __device__ __forceinline__ int row() const { return group * GROUP_QUERIES + thread() / 32 * 16 + thread() % 32 / 4; }

  __device__ __forceinline__ void load(const element* qkv) const {
    constexpr int Pieces = HEAD_DIM / 8;
    for (int i = thread(); i < GROUP_QUERIES * Pieces; i += WARPGROUP) {
      const int row = i / Pieces, piece = i % Pieces, in_tile = group * GROUP_QUERIES + row;
      const element* from = qkv + ((size_t)(tile.row + in_tile) * (HEADS + 2 * KV_HEADS) + tile.head) * HEAD_DIM + piece * 8;
      const uint4 v = in_tile < tile.rows ? *(const uint4*)from : make_uint4(0, 0, 0, 0);
      asm volatile(
          "st.shared.v4.b32 [%0], {%1, %2, %3, %4};"
          ::"r"(room.queries(group) + swizzled(row, piece, GROUP_QUERIES)), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
    }
    show_to_wgmma();
    asm volatile("bar.sync %0, %1;" ::"r"(1 + group), "n"(WARPGROUP) : "memory");
  }

  __device__ __forceinline__ void begin_scores(int stage) {
    pin(s);
    begin_products();
    #pragma unroll
    for (int k = 0; k < HEAD_DIM / 16; k++)
      multiply_keys(
          s, matrix_at(room.queries(group) + k / 4 * GROUP_QUERIES * PANEL_BYTES + k % 4 * 32, 0),
          matrix_at(room.keys(stage) + k / 4 * KEY_TILE * PANEL_BYTES + k % 4 * 32, 0), k > 0);
    commit_products();
  }

  __device__ __forceinline__ void begin_values(int stage) {
    begin_products();
    #pragma unroll
    for (int k = 0; k < KEY_TILE / 16; k++) multiply_values(o, shares + 4 * k, matrix_at(room.values(stage) + k * 16 * PANEL_BYTES, KEY_TILE * PANEL_BYTES));
    commit_products();
  }

  // Scores become powers, relative to the largest of their row so far.
  __device__ __forceinline__ void soften(int index, float scale, float* shrink) {
    if (cap > 0.f)
      #pragma unroll
      for (int i = 0; i < 64; i++) s[i] = cap * tanhf(s[i] * scale / cap);
    const int key = index * KEY_TILE, first = tile.position + group * GROUP_QUERIES;
    if (key + KEY_TILE > first + 1 || (window > 0 && key < first + GROUP_QUERIES - window)) hide(key);
    #pragma unroll
    for (int h = 0; h < 2; h++) {
      float high = most[h];
      #pragma unroll
      for (int i = 0; i < 64; i += 4) high = fmaxf(high, fmaxf(s[i + 2 * h], s[i + 2 * h + 1]));
      high = fmaxf(high, __shfl_xor_sync(~0u, high, 1));
      high = fmaxf(high, __shfl_xor_sync(~0u, high, 2));
      const float from = high == -INFINITY_F ? 0.f : high * factor;
      shrink[h] = power_of_two(most[h] * factor - from);
      most[h] = high;
      float added = 0.f;
      #pragma unroll
      for (int i = 0; i < 64; i += 4)
        #pragma unroll
        for (int e = 2 * h; e < 2 * h + 2; e++) {
          s[i + e] = power_of_two(s[i + e] * factor - from);
          added += s[i + e];
        }
      sum[h] = sum[h] * shrink[h] + added;
    }
  }

  // Keys that come after a query or before its window.
  __device__ __forceinline__ void hide(int key) {
    const int column = key + thread() % 4 * 2;
    #pragma unroll
    for (int i = 0; i < 64; i++) {
      const int position = tile.position + row() + i % 4 / 2 * 8, at = column + i / 4 * 8 + i % 2;
      if (at > position || (window > 0 && at <= position - window)) s[i] = -INFINITY_F;
    }
  }

  __device__ __forceinline__ void share() {
    #pragma unroll
    for (int i = 0; i < 32; i++) shares[i] = narrow(s[2 * i]) | ((unsigned)narrow(s[2 * i + 1]) << 16);
    pin(shares);
    pin(o);
  }

  __device__ __forceinline__ void release(unsigned barrier) const { if (threadIdx.x % 32 == 0) arrive(barrier); }

  __device__ __forceinline__ void attend(float scale) {
    Turn keys_turn, values_turn;
    float shrink[2];
    await(room.keys_there(0), 0);
    show_to_wgmma();
    begin_scores(0);
    await_products<0>();
    pin(s);
    release(room.keys_done(0));
    keys_turn.next();
    soften(tile.last, scale, shrink);
    share();
    for (int index = tile.last - 1; index >= tile.first; index--) {
      await(room.keys_there(keys_turn.stage), keys_turn.parity);
      show_to_wgmma();
      begin_scores(keys_turn.stage);
      await(room.values_there(values_turn.stage), values_turn.parity);
      show_to_wgmma();
      begin_values(values_turn.stage);
      await_products<1>();
      pin(s);
      release(room.keys_done(keys_turn.stage));
      keys_turn.next();
      soften(index, scale, shrink);
      await_products<0>();
      pin(o);
      release(room.values_done(values_turn.stage));
      values_turn.next();
      #pragma unroll
      for (int i = 0; i < HEAD_DIM / 2; i++) o[i] *= shrink[i % 4 / 2];
      share();
    }
    await(room.values_there(values_turn.stage), values_turn.parity);
    show_to_wgmma();
    begin_values(values_turn.stage);
    await_products<0>();
    pin(o);
  }

  __device__ __forceinline__ void store(element* out, const element* sinks) {
    #pragma unroll
    for (int h = 0; h < 2; h++) {
      float total = sum[h], share = 1.f;
      total += __shfl_xor_sync(~0u, total, 1);
      total += __shfl_xor_sync(~0u, total, 2);
      if (sinks) {
        const float sink = widen(sinks[tile.head]) * LOG2_E, high = most[h] * factor, higher = fmaxf(high, sink);
        share = power_of_two(high - higher);
        total = total * share + power_of_two(sink - higher);
      }
      if (row() + 8 * h >= tile.rows) continue;
      const float by = share / total;
      element* to = out + ((size_t)(tile.row + row() + 8 * h) * HEADS + tile.head) * HEAD_DIM + thread() % 4 * 2;
      #pragma unroll
      for (int j = 0; j < HEAD_DIM / 8; j++)
        *(unsigned*)(to + 8 * j) = narrow(o[4 * j + 2 * h] * by) | ((unsigned)narrow(o[4 * j + 2 * h + 1] * by) << 16);
    }
  }
};

// Grid (HEADS, tiles). tiles [tiles, TILE_INTEGERS]: the first row in qkv, how many rows (up to QUERY_TILE), the position of the first in its sequence, where
// its sequence's
// block numbers begin in tables. qkv [rows, HEADS + 2 * KV_HEADS, HEAD_DIM] holds the queries; out [rows, HEADS, HEAD_DIM]. The cache has the keys and
// values of these rows already. window 0 sees all; cap 0 bends no score; sinks may be null.
extern "C" __global__ void __launch_bounds__(PROMPT_THREADS, 1) prefill_attention(
    const element* qkv, const element* keys, const element* values, const int* tiles, const int* tables, element* out, float scale, int window,
    float cap, const element* sinks) {
  extern __shared__ char memory[];
  const Room room{(shared_address(memory) + SWIZZLE_BYTES - 1) / SWIZZLE_BYTES * SWIZZLE_BYTES};
  if (threadIdx.x == 0)
    for (int stage = 0; stage < STAGES; stage++) {
      let_arrivals(room.keys_there(stage), WARPGROUP / 2);
      let_arrivals(room.values_there(stage), WARPGROUP / 2);
      let_arrivals(room.keys_done(stage), GROUPS * WARPGROUP / 32);
      let_arrivals(room.values_done(stage), GROUPS * WARPGROUP / 32);
    }
  let_next_begin();
  __syncthreads();
  wait_for_input();
  const Tile tile(tiles, tables, window);
  if (threadIdx.x < WARPGROUP) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
    if (threadIdx.x < WARPGROUP / 2) copy_tiles(keys, tile, room.keys(0), room.keys_there(0), room.keys_done(0));
    else copy_tiles(values, tile, room.values(0), room.values_there(0), room.values_done(0));
  } else {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
    Queries queries(tile, room, scale, window, cap);
    queries.load(qkv);
    queries.attend(scale);
    queries.store(out, sinks);
  }
}
#endif
