using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Receipts;

public sealed class ReclaimerTests
{
    private const long Gibibyte = 1L << 30;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task ReclaimAsync_WaitsForTheDriverToShowTheMemoryFree()
    {
        var gpus = new FakeGpuMonitor(9 * Gibibyte, 9 * Gibibyte, 9 * Gibibyte, Gibibyte);
        using var workshop = new Workshop(gpus: gpus);

        var receipt = await workshop.TurnUntilAsync(workshop.Reclaimer.ReclaimAsync(Target(workshop)), TimeSpan.FromMilliseconds(10));

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipt.ReclaimedBytes.ShouldBe(8 * Gibibyte);
        gpus.Readings.ShouldBe(4);
    }

    [Fact]
    public async Task ReclaimAsync_GivesUpOnMemoryThatStays()
    {
        using var workshop = new Workshop(gpus: new FakeGpuMonitor(9 * Gibibyte));

        var receipt = await workshop.TurnUntilAsync(workshop.Reclaimer.ReclaimAsync(Target(workshop)), TimeSpan.FromMilliseconds(100));

        receipt.Verdict.ShouldBe(ReclaimVerdict.Partial);
        receipt.ResidualBytes.ShouldBe(8 * Gibibyte);
        receipt.Time.ToTimeSpan().TotalMilliseconds.ShouldBeInRange(2000, 2500);
    }

    [Fact]
    public async Task ReclaimAsync_WithoutNvml_IsUnverifiable()
    {
        using var workshop = new Workshop(gpus: new FakeGpuMonitor());

        var receipt = await workshop.Reclaimer.ReclaimAsync(Target(workshop)).InTime();

        receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        receipt.Reason.ShouldBe("no NVML here");
        receipt.How.ShouldBe(WorkerExit.Exited);
    }

    [Fact]
    public async Task ReclaimAsync_NvmlThatHangs_IsUnverifiableInBoundedTime()
    {
        using var never = new ManualResetEventSlim();
        using var clock = new Workshop();
        var monitor = new GpuMonitor(new HangingNvml(never), clock.Options, clock.Time);
        var reclaimer = new Reclaimer(clock.Stopper, monitor, clock.Options, clock.Time);

        var receipt = await clock.TurnUntilAsync(reclaimer.ReclaimAsync(Target(clock)), TimeSpan.FromMilliseconds(100));

        receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        receipt.Reason.ShouldContain("did not answer within 2 s");
        receipt.Time.ToTimeSpan().TotalMilliseconds.ShouldBeInRange(2000, 3000);
        never.Set();
    }

    [Fact]
    public async Task ReclaimAsync_OnACpu_ReadsMemoryBeforeTheStop()
    {
        using var workshop = new Workshop();

        var receipt = await workshop.Reclaimer.ReclaimAsync(Target(workshop) with { Device = null }).InTime();

        receipt.HeldBytes.ShouldBe(workshop.Process.Memory.Resident);
        receipt.PeakBytes.ShouldBe(workshop.Process.Memory.Peak);
        receipt.Memory.ShouldBe(MemoryKind.Rss);
    }

    private static ReclaimTarget Target(Workshop workshop) =>
        new(workshop.Process, new DeviceBaseline(FakeGpuMonitor.Uuid, Gibibyte, null), default, null, Grace, Crashed: false);
}
