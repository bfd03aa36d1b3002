using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Native.Nvrtc;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>What the kernels need of a host, whatever the model is made of.</summary>
internal static class CudaSupport
{
    /// <summary>The largest batch: buffers for every sequence are allocated at load.</summary>
    private const int MostSequences = 1024;

    /// <inheritdoc cref="WhyNot()"/>
    /// <param name="maxBatchSize">The most sequences in one step.</param>
    public static string? WhyNot(int maxBatchSize) =>
        maxBatchSize > MostSequences ? $"max_batch_size: {maxBatchSize} sequences at once, but the kernels have room for {MostSequences}" : WhyNot();

    /// <returns>Why the kernels cannot run here; null where they can.</returns>
    public static string? WhyNot() => true switch
    {
        _ when NvrtcLibrary.Handle == 0 => "NVRTC was not found",
        _ when NvrtcProgram.MissingExport is { } name => $"NVRTC does not export {name}",
        _ when CudaDriver.MissingExport is { } name => $"the CUDA driver does not export {name}",
        _ when TorchShim.MissingForKernels is { } name => $"libtorch does not export {name}",
        _ => null,
    };
}
