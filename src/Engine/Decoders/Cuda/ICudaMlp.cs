using LmDeploy.Engine.Kernels;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>The feed-forward network of a layer, from the step's normed rows to its delta.</summary>
internal interface ICudaMlp
{
    /// <param name="slots">[rows], int32, on the device; negative for a row that is not used.</param>
    void Run(DecoderKernels kernels, StepBuffers buffers, nint slots);
}
