using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Receipts;

public sealed class ReceiptWriterTests
{
    private const long Mebibyte = 1 << 20;

    private static readonly ProcessIdentity Worker = new(42, 7);
    private static readonly WorkerEnd Clean = new(Worker, 0, WorkerExit.Exited, TimeSpan.FromMilliseconds(5), HasSurvivors: false, Left: default);
    private static readonly WorkerEnd Unkillable = new(
        Worker, null, WorkerExit.Unspecified, TimeSpan.FromSeconds(5.1), HasSurvivors: false, Left: new ProcessMemory(80, 90));
    private static readonly DeviceBaseline Device = new("GPU-1", 100 * Mebibyte, null);

    [Fact]
    public void WriteResident_OfAWorkerThatLeft()
    {
        var receipt = ReceiptWriter.WriteResident(Clean, new ProcessMemory(100, 150), heldIsOld: false);

        receipt.ShouldBe(new ReclaimReceipt
        {
            Verdict = ReclaimVerdict.Reclaimed, WorkerPid = 42, Memory = MemoryKind.Rss, HeldBytes = 100, PeakBytes = 150, ReclaimedBytes = 100,
            ExitTime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5)), ExitCode = 0, How = WorkerExit.Exited,
        });
    }

    [Fact]
    public void WriteResident_OfAWorkerThatWillNotDie()
    {
        var receipt = ReceiptWriter.WriteResident(Unkillable, new ProcessMemory(100, 150), heldIsOld: false);

        receipt.Verdict.ShouldBe(ReclaimVerdict.Partial);
        receipt.Reason.ShouldContain("42");
        receipt.HasExitCode.ShouldBeFalse();
        receipt.ResidualBytes.ShouldBe(80);
        receipt.ReclaimedBytes.ShouldBe(20);
    }

    [Fact]
    public void WriteResident_WithChildrenThatStay()
    {
        var receipt = ReceiptWriter.WriteResident(
            Clean with { HasSurvivors = true, Left = new ProcessMemory(30, 30) }, new ProcessMemory(100, 150), heldIsOld: false);

        receipt.Verdict.ShouldBe(ReclaimVerdict.Partial);
        receipt.ResidualBytes.ShouldBe(30);
    }

    [Theory]
    [InlineData(100, ReclaimVerdict.Reclaimed, 0)]
    [InlineData(116, ReclaimVerdict.Reclaimed, 16)]
    [InlineData(117, ReclaimVerdict.Partial, 17)]
    [InlineData(90, ReclaimVerdict.Reclaimed, 0)]
    internal void WriteDevice_JudgesByTheDevicesOwnReading(long after, ReclaimVerdict verdict, long residual)
    {
        var receipt = ReceiptWriter.WriteDevice(Clean, Device, Reading(1000), Reading(after));

        receipt.Verdict.ShouldBe(verdict);
        receipt.ResidualBytes.ShouldBe(residual * Mebibyte);
        receipt.HeldBytes.ShouldBe(900 * Mebibyte);
        receipt.ReclaimedBytes.ShouldBeLessThanOrEqualTo(receipt.HeldBytes);
        receipt.Devices.ShouldHaveSingleItem().UsedAfterBytes.ShouldBe(after * Mebibyte);
    }

    [Fact]
    public void WriteDevice_SaysThatAnotherProcessMayHaveTakenTheMemory() =>
        ReceiptWriter.WriteDevice(Clean, Device, Reading(1000), Reading(500)).Reason.ShouldContain("another process");

    [Fact]
    public void WriteDevice_WithoutAReading_IsUnverifiable()
    {
        var receipt = ReceiptWriter.WriteDevice(Clean, Device, Reading(1000), new GpuReading([], "NVML did not answer"));

        receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        receipt.Reason.ShouldBe("NVML did not answer");
        receipt.ReclaimedBytes.ShouldBe(0);
    }

    [Fact]
    public void WriteDevice_LostDevice_IsUnverifiable() =>
        ReceiptWriter.WriteDevice(Clean, Device, Reading(1000), new GpuReading([], null)).Verdict.ShouldBe(ReclaimVerdict.Unverifiable);

    [Fact]
    public void WriteDevice_UnkillableWithoutNvml_IsPartial()
    {
        var receipt = ReceiptWriter.WriteDevice(
            Unkillable, Device with { Unverifiable = "no NVML" }, new GpuReading([], "no NVML"), new GpuReading([], "no NVML"));

        receipt.Verdict.ShouldBe(ReclaimVerdict.Partial);
        receipt.Reason.ShouldContain("no NVML");
    }

    private static GpuReading Reading(long mebibytes) => new([new GpuMemory(0, "GPU-1", mebibytes * Mebibyte)], null);
}
