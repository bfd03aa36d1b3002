using LmDeploy.Engine.Ceilings;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Ceilings;

[Collection(TorchTests.Name)]
public sealed class CeilingMeasurementTests
{
    [Fact]
    public void Run_MeasuresWhatACpuHas()
    {
        var ceilings = CeilingMeasurement.Run(torch.CPU, new CeilingSizes(CopyBytes: 1 << 20, Side: 64, Repetitions: 2, Rounds: 2));

        ceilings.MemoryBytesPerSecond.ShouldBeGreaterThan(0);
        ceilings.ProductFlops.ShouldBeGreaterThan(0);
        (ceilings.Device, ceilings.ProductDtype, ceilings.HostToDeviceBytesPerSecond).ShouldBe(("cpu", V1.EngineDtype.Float32, 0));
        ceilings.Libtorch.ShouldMatch(@"^2\.\d+\.\d+$");
    }

    [Fact]
    public void Cuda_TakesAQuarterOfWhatIsFreeAtMost()
    {
        CeilingSizes.Cuda(freeBytes: 8L << 30).CopyBytes.ShouldBe(1L << 30);
        CeilingSizes.Cuda(freeBytes: 140L << 30).CopyBytes.ShouldBe(2L << 30);
    }
}
