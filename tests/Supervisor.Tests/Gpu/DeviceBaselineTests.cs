using LmDeploy.Supervisor.Gpu;

namespace LmDeploy.Supervisor.Tests.Gpu;

public sealed class DeviceBaselineTests
{
    private static readonly GpuReading Reading = new([new GpuMemory(0, "GPU-aaaa", 10), new GpuMemory(1, "GPU-bbbb", 20)], null);

    [Theory]
    [InlineData("cuda", null, "GPU-aaaa")]
    [InlineData("cuda:1", null, "GPU-bbbb")]
    [InlineData("cuda:0", "1", "GPU-bbbb")]
    [InlineData("cuda:1", "1,0", "GPU-aaaa")]
    [InlineData("cuda:0", "GPU-bbbb", "GPU-bbbb")]
    [InlineData("cuda:0", "gpu-bb", "GPU-bbbb")]
    public void Resolve_FindsTheDevice(string device, string? visible, string uuid)
    {
        var baseline = DeviceBaseline.Resolve(device, visible, Reading);

        baseline.Uuid.ShouldBe(uuid);
        baseline.Unverifiable.ShouldBeNull();
        baseline.UsedBytes.ShouldBe(uuid == "GPU-aaaa" ? 10 : 20);
    }

    [Theory]
    [InlineData("cuda:2", null)]
    [InlineData("cuda:1", "0")]
    [InlineData("cuda:0", "MIG-1234")]
    public void Resolve_SaysWhatItCannotFind(string device, string? visible) =>
        DeviceBaseline.Resolve(device, visible, Reading).Unverifiable.ShouldNotBeNullOrEmpty();

    [Fact]
    public void Resolve_WithoutNvml_KeepsTheReason() =>
        DeviceBaseline.Resolve("cuda:0", null, new GpuReading([], "no NVML")).Unverifiable.ShouldBe("no NVML");
}
