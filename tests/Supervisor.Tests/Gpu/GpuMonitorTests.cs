using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Gpu;

public sealed class GpuMonitorTests
{
    [Fact]
    public async Task ListAsync_DriverThatHangs_IsLostForGood()
    {
        using var never = new ManualResetEventSlim();
        using var workshop = new Workshop();
        var monitor = new GpuMonitor(new HangingNvml(never), workshop.Options, workshop.Time);
        var first = monitor.ListAsync(CancellationToken.None);

        workshop.Time.Advance(workshop.Options.GpuTimeout);

        (await Should.ThrowAsync<GpuUnavailableException>(first.InTime())).Message.ShouldContain("list of devices");
        await Should.ThrowAsync<GpuUnavailableException>(monitor.ReadMemoryAsync(CancellationToken.None).InTime("an answer without a wait"));
        never.Set();
    }

    [Fact]
    public async Task ListAsync_Cancelled_DoesNotLoseTheDriver()
    {
        using var never = new ManualResetEventSlim();
        using var workshop = new Workshop();
        var monitor = new GpuMonitor(new HangingNvml(never), workshop.Options, workshop.Time);

        await Should.ThrowAsync<OperationCanceledException>(monitor.ListAsync(new CancellationToken(canceled: true)).InTime());

        never.Set();
        (await monitor.ReadMemoryAsync(CancellationToken.None).InTime()).ShouldBeEmpty();
    }
}
