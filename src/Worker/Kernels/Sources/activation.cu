// y = activation(gate) * up, with gate and up side by side in both [rows, 2 * size]. ACTIVATION is 0 SiLU, 1 GELU, 2 GELU by tanh, 3 ReLU.
__device__ __forceinline__ float activated(float x) {
#if ACTIVATION == 0
  return x / (1.f + __expf(-x));
#elif ACTIVATION == 1
  return 0.5f * x * (1.f + erff(x * 0.70710678118654752f));
#elif ACTIVATION == 2
  return 0.5f * x * (1.f + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x)));
#else
  return fmaxf(x, 0.f);
#endif
}

__device__ __forceinline__ element gated(float gate, float up) { return narrow(rounded(activated(gate)) * up); }

// Grid (blocks over size, rows).
extern "C" __global__ void gate(const element* both, element* y, int size) {
  const element* from = both + (size_t)blockIdx.y * 2 * size;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < size; i += gridDim.x * blockDim.x)
    y[(size_t)blockIdx.y * size + i] = gated(widen(from[i]), widen(from[size + i]));
}
