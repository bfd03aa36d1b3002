using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;

namespace LmDeploy.Engine.Tests.Kernels;

/// <summary>Launches that depend on the device.</summary>
public sealed class LaunchTests
{
    private static readonly CudaDevice H200 = new(Capability: 90, Multiprocessors: 132, ThreadsPerMultiprocessor: 2048, WarpSize: 32);

    [Fact]
    public void ResidentWarps_AreThoseOfAllMultiprocessors()
    {
        H200.ResidentWarps.ShouldBe(132 * 64);
        new CudaDevice(Capability: 89, Multiprocessors: 58, ThreadsPerMultiprocessor: 1536, WarpSize: 32).ResidentWarps.ShouldBe(58 * 48);
    }

    /// <summary>How attention is split decides in which order its sums are made: what was measured on an H200 has to stay as it is there.</summary>
    [Fact]
    public void AttentionBlocks_AreAsManyAsTheDeviceHasRoomFor()
    {
        KernelForward.AttentionBlocks(H200).ShouldBe(2048);
        KernelForward.AttentionBlocks(new CudaDevice(Capability: 80, Multiprocessors: 108, ThreadsPerMultiprocessor: 2048, WarpSize: 32)).ShouldBe(1024);
        KernelForward.AttentionBlocks(new CudaDevice(Capability: 89, Multiprocessors: 58, ThreadsPerMultiprocessor: 1536, WarpSize: 32)).ShouldBe(512);
    }

    [Theory]
    [InlineData(4096, 4096, 2)]
    [InlineData(4096, 6144, 1)]
    [InlineData(4096, 128_256, 1)]
    [InlineData(4096, 1024, 8)]
    [InlineData(4096, 2112, 4)]
    [InlineData(4096, 2113, 2)]
    [InlineData(256, 64, 2)]
    [InlineData(128, 64, 1)]
    public void WarpsPerOutput_FillTheDevice(int inputs, int outputs, int warps) =>
        DecoderKernels.WarpsPerOutput(inputs, outputs, H200.ResidentWarps).ShouldBe(warps);
}
