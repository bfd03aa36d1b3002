// The element type of weights, activations and cache, and sums over a warp or a block. Goes before every other source.
// ELEMENT_FLOAT, ELEMENT_BFLOAT16 or ELEMENT_FLOAT16 is defined. No CUDA headers are needed.
#if defined(ELEMENT_FLOAT)
typedef float element;
__device__ __forceinline__ float widen(element x) { return x; }
__device__ __forceinline__ element narrow(float x) { return x; }
#elif defined(ELEMENT_BFLOAT16)
typedef unsigned short element;
__device__ __forceinline__ float widen(element x) { return __uint_as_float((unsigned)x << 16); }
__device__ __forceinline__ element narrow(float x) {
  element r;
#if __CUDA_ARCH__ >= 800
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(x));
#else
  const unsigned bits = __float_as_uint(x);
  r = x != x ? 0x7fff : (element)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
#endif
  return r;
}
#elif defined(ELEMENT_FLOAT16)
typedef unsigned short element;
__device__ __forceinline__ float widen(element x) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x)); return r; }
__device__ __forceinline__ element narrow(float x) { element r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(x)); return r; }
#else
#error "element.cu needs ELEMENT_FLOAT, ELEMENT_BFLOAT16 or ELEMENT_FLOAT16"
#endif

// A kernel may begin before the one before it has ended (programmatic dependent launch): until `wait_for_input` it reads nothing but weights.
#if __CUDA_ARCH__ >= 900
__device__ __forceinline__ void wait_for_input() { asm volatile("griddepcontrol.wait;" ::: "memory"); }
__device__ __forceinline__ void let_next_begin() { asm volatile("griddepcontrol.launch_dependents;" ::: "memory"); }
#else
__device__ __forceinline__ void wait_for_input() {}
__device__ __forceinline__ void let_next_begin() {}
#endif

#define INFINITY_F __int_as_float(0x7f800000)

// The value as the element type would hold it: what PyTorch computes after each of its operators.
__device__ __forceinline__ float rounded(float x) { return widen(narrow(x)); }

// Eight neighbouring elements as they lie in memory.
#if defined(ELEMENT_FLOAT)
struct Eight { uint4 a, b; };
__device__ __forceinline__ void store_eight(element* p, const float* v) {
  ((float4*)p)[0] = make_float4(v[0], v[1], v[2], v[3]);
  ((float4*)p)[1] = make_float4(v[4], v[5], v[6], v[7]);
}
__device__ __forceinline__ Eight load_eight(const element* p) { Eight e; e.a = ((const uint4*)p)[0]; e.b = ((const uint4*)p)[1]; return e; }
__device__ __forceinline__ Eight stream_eight(const element* p) { Eight e; e.a = __ldcs((const uint4*)p); e.b = __ldcs((const uint4*)p + 1); return e; }
__device__ __forceinline__ void widen_eight(const Eight& e, float* v) {
  v[0] = __uint_as_float(e.a.x); v[1] = __uint_as_float(e.a.y); v[2] = __uint_as_float(e.a.z); v[3] = __uint_as_float(e.a.w);
  v[4] = __uint_as_float(e.b.x); v[5] = __uint_as_float(e.b.y); v[6] = __uint_as_float(e.b.z); v[7] = __uint_as_float(e.b.w);
}
#else
struct Eight { uint4 a; };
__device__ __forceinline__ void store_eight(element* p, const float* v) {
  unsigned w[4];
  #pragma unroll
  for (int i = 0; i < 4; i++) w[i] = narrow(v[2 * i]) | ((unsigned)narrow(v[2 * i + 1]) << 16);
  *(uint4*)p = make_uint4(w[0], w[1], w[2], w[3]);
}
__device__ __forceinline__ Eight load_eight(const element* p) { Eight e; e.a = *(const uint4*)p; return e; }
__device__ __forceinline__ Eight stream_eight(const element* p) { Eight e; e.a = __ldcs((const uint4*)p); return e; }
__device__ __forceinline__ void widen_eight(const Eight& e, float* v) {
  const unsigned w[4] = {e.a.x, e.a.y, e.a.z, e.a.w};
  #pragma unroll
  for (int i = 0; i < 4; i++) { v[2 * i] = widen((element)(w[i] & 0xffff)); v[2 * i + 1] = widen((element)(w[i] >> 16)); }
}
#endif

// c += a x b on tensor cores, 16 x 16 and 16 x 8. Layout of fragments: PTX ISA, "Matrix Fragments for mma.m16n8k16".
#if !defined(ELEMENT_FLOAT) && __CUDA_ARCH__ >= 800
#define HAS_MMA 1
__device__ __forceinline__ void multiply(float* c, unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
#if defined(ELEMENT_BFLOAT16)
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#else
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#endif
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
#else
#define HAS_MMA 0
#endif

__device__ __forceinline__ float warp_sum(float x) {
  #pragma unroll
  for (int k = 16; k; k >>= 1) x += __shfl_xor_sync(~0u, x, k);
  return x;
}

// Every thread of the block gets the sum. `room` holds 33 floats.
__device__ __forceinline__ float block_sum(float x, float* room) {
  x = warp_sum(x);
  __syncthreads();
  if ((threadIdx.x & 31) == 0) room[threadIdx.x >> 5] = x;
  __syncthreads();
  if (threadIdx.x < 32) {
    x = threadIdx.x < (blockDim.x >> 5) ? room[threadIdx.x] : 0.f;
    x = warp_sum(x);
    if (threadIdx.x == 0) room[32] = x;
  }
  __syncthreads();
  return room[32];
}

// A normalized value times its weight. A float32 weight is applied before rounding, another one after.
__device__ __forceinline__ float weighted(float x, const void* weight, int is_wide, int i) {
  return is_wide ? rounded(x * ((const float*)weight)[i]) : rounded(rounded(x) * widen(((const element*)weight)[i]));
}

// The same for eight neighbours from i on.
__device__ __forceinline__ void weight_eight(float* v, float factor, const void* weight, int is_wide, int i) {
  float w[8];
  if (is_wide) {
    const float4 a = *(const float4*)((const float*)weight + i), b = *(const float4*)((const float*)weight + i + 4);
    w[0] = a.x; w[1] = a.y; w[2] = a.z; w[3] = a.w; w[4] = b.x; w[5] = b.y; w[6] = b.z; w[7] = b.w;
  } else widen_eight(load_eight((const element*)weight + i), w);
  #pragma unroll
  for (int e = 0; e < 8; e++) v[e] = is_wide ? rounded(v[e] * factor * w[e]) : rounded(rounded(v[e] * factor) * w[e]);
}
