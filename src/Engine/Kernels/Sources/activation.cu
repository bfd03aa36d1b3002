// y = activation(gate) * up, with gate and up side by side in both [rows, 2 * size]. One ACTIVATION_... is defined.
__device__ __forceinline__ float activated(float x) {
#if defined(ACTIVATION_SILU)
  return x / (1.f + __expf(-x));
#elif defined(ACTIVATION_GELU)
  return 0.5f * x * (1.f + erff(x * 0.70710678118654752f));
#elif defined(ACTIVATION_GELU_TANH)
  return 0.5f * x * (1.f + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
#elif defined(ACTIVATION_RELU)
  return fmaxf(x, 0.f);
#else
#error "activation.cu needs ACTIVATION_SILU, ACTIVATION_GELU, ACTIVATION_GELU_TANH or ACTIVATION_RELU"
#endif
}

__device__ __forceinline__ float gated(float gate, float up) { return rounded(rounded(activated(gate)) * up); }

// Grid (blocks over size / 8, rows); size is a multiple of 8.
extern "C" __global__ void gate(const element* both, element* y, int size) {
  const int i = (blockIdx.x * blockDim.x + threadIdx.x) * 8;
  let_next_begin();
  wait_for_input();
  if (i >= size) return;
  const element* from = both + (size_t)blockIdx.y * 2 * size;
  float g[8], u[8];
  widen_eight(load_eight(from + i), g);
  widen_eight(load_eight(from + size + i), u);
  #pragma unroll
  for (int e = 0; e < 8; e++) g[e] = gated(g[e], u[e]);
  store_eight(y + (size_t)blockIdx.y * size + i, g);
}
