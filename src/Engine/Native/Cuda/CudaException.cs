namespace LmDeploy.Engine.Native.Cuda;

/// <summary>The CUDA driver refused a call, or a kernel failed before it. The text is like libtorch's: "CUDA error: ...".</summary>
internal sealed class CudaException(string message) : Exception(message);
