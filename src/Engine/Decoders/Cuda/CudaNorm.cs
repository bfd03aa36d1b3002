using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The kernel form of a norm by root mean square.</summary>
/// <param name="Weight">Applied before rounding where it is float32, else after. Not owned.</param>
internal sealed record CudaNorm(torch.Tensor Weight, float Epsilon);
