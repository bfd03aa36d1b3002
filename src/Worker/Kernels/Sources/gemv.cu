// Products of a matrix [outputs, inputs] with one vector: bound by reading the matrix once. One warp an output, 16 bytes a load; inputs is a multiple of 8.
__device__ __forceinline__ float dot_row(const element* w, const element* x, int inputs) {
  float sum = 0.f;
  #pragma unroll 8
  for (int i = (threadIdx.x & 31) * 8; i < inputs; i += 256) {
    float a[8], b[8];
    widen_eight(stream_eight(w + i), a);
    widen_eight(load_eight(x + i), b);
    #pragma unroll
    for (int e = 0; e < 8; e++) sum = fmaf(a[e], b[e], sum);
  }
  return warp_sum(sum);
}

// Grid over outputs / 8, 8 warps.
extern "C" __global__ void __launch_bounds__(256) gemv(const element* w, const element* x, element* y, int inputs, int outputs) {
  const int output = blockIdx.x * 8 + (threadIdx.x >> 5);
  if (output >= outputs) return;
  const float sum = dot_row(w + (size_t)output * inputs, x, inputs);
  if ((threadIdx.x & 31) == 0) y[output] = narrow(sum);
}

// The first half of a gated network: w holds all gates, then all ups; size outputs.
extern "C" __global__ void __launch_bounds__(256) gemv_gate(const element* w, const element* x, element* y, int inputs, int size) {
  const int output = blockIdx.x * 8 + (threadIdx.x >> 5);
  if (output >= size) return;
  const float gate = dot_row(w + (size_t)output * inputs, x, inputs), up = dot_row(w + (size_t)(size + output) * inputs, x, inputs);
  if ((threadIdx.x & 31) == 0) y[output] = gated(rounded(gate), rounded(up));
}
