using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Native.Nvrtc;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>What the kernels need of a host, whatever the model is made of.</summary>
internal static class CudaSupport
{
    /// <summary>Every one of them has its room in buffers that are there from the beginning.</summary>
    private const int MostSequences = 1024;

    /// <inheritdoc cref="WhyNot()"/>
    /// <param name="maxBatchSize">The most sequences in one step.</param>
    public static string? WhyNot(int maxBatchSize) =>
        maxBatchSize > MostSequences ? $"max_batch_size: {maxBatchSize} sequences at once, but the kernels have room for {MostSequences}" : WhyNot();

    /// <returns>What keeps the kernels from running here; null for nothing.</returns>
    public static string? WhyNot() => true switch
    {
        _ when NvrtcLibrary.Handle == 0 => "NVRTC was not found",
        _ when NvrtcProgram.MissingExport is { } name => $"NVRTC does not export {name}",
        _ when CudaDriver.MissingExport is { } name => $"the CUDA driver does not export {name}",
        _ when TorchShim.MissingForKernels is { } name => $"libtorch does not export {name}",
        _ => null,
    };
}
