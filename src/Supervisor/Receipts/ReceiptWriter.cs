using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Receipts;

/// <summary>Writes receipts. The verdict rests on measurements only.</summary>
internal static class ReceiptWriter
{
    /// <summary>The tolerance above the baseline of a device: drivers and other processes vary by that much.</summary>
    public const long DeviceTolerance = 16L << 20;

    /// <summary>The receipt of a worker that computed on the CPU.</summary>
    /// <param name="held">What it held just before it was stopped, or when it was last looked at.</param>
    /// <param name="heldIsOld">Whether <paramref name="held"/> is from before: the worker was gone when it was to be read.</param>
    public static ReclaimReceipt WriteResident(WorkerEnd end, ProcessMemory held, bool heldIsOld)
    {
        var receipt = Begin(end);
        receipt.Memory = MemoryKind.Rss;
        receipt.HeldBytes = held.Resident;
        receipt.PeakBytes = Math.Max(held.Peak, held.Resident);
        receipt.ResidualBytes = end.Left.Resident;
        receipt.ReclaimedBytes = Math.Max(0, held.Resident - end.Left.Resident);
        if (Remains(end) is { } remains)
        {
            receipt.Verdict = ReclaimVerdict.Partial;
            receipt.Reason = remains;
        }
        else
        {
            receipt.Verdict = ReclaimVerdict.Reclaimed;
            receipt.Reason = heldIsOld ? "the worker was gone before its memory was read; held_bytes is from when it got ready" : "";
        }

        return receipt;
    }

    /// <summary>The receipt of a worker that computed on a GPU. Each reading is of the whole device.</summary>
    public static ReclaimReceipt WriteDevice(WorkerEnd end, DeviceBaseline baseline, GpuReading held, GpuReading after)
    {
        var receipt = Begin(end);
        receipt.Memory = MemoryKind.Vram;
        if ((baseline.Unverifiable ?? held.Unavailable ?? after.Unavailable) is { } reason)
        {
            return Unverifiable(receipt, end, reason);
        }

        if (held.UsedOn(baseline.Uuid) is not { } usedHeld || after.UsedOn(baseline.Uuid) is not { } usedAfter)
        {
            return Unverifiable(receipt, end, $"NVML lost the device {baseline.Uuid}");
        }

        receipt.Devices.Add(
            new DeviceReclaim { Uuid = baseline.Uuid, UsedBeforeBytes = baseline.UsedBytes, UsedHeldBytes = usedHeld, UsedAfterBytes = usedAfter });
        receipt.HeldBytes = Math.Max(0, usedHeld - baseline.UsedBytes);
        receipt.PeakBytes = receipt.HeldBytes;
        receipt.ReclaimedBytes = Math.Clamp(usedHeld - usedAfter, 0, receipt.HeldBytes);
        receipt.ResidualBytes = Math.Max(0, usedAfter - baseline.UsedBytes);
        var aboveTolerance = receipt.ResidualBytes > DeviceTolerance;
        receipt.Verdict = aboveTolerance || Remains(end) is not null ? ReclaimVerdict.Partial : ReclaimVerdict.Reclaimed;
        receipt.Reason = Remains(end)
            ?? (aboveTolerance
                ? "the device shows more memory in use than before the worker started; readings are of the whole device, so another process may have taken it"
                : "");
        return receipt;
    }

    /// <summary>The receipt of a pipeline that never had a worker.</summary>
    public static ReclaimReceipt WriteNothing() => new() { Verdict = ReclaimVerdict.Reclaimed, Reason = "no worker was started", Memory = MemoryKind.Rss };

    /// <summary>The receipt of a pipeline whose end nobody could watch.</summary>
    public static ReclaimReceipt WriteUnseen(string reason) => new() { Verdict = ReclaimVerdict.Unverifiable, Reason = reason, Memory = MemoryKind.Rss };

    private static ReclaimReceipt Unverifiable(ReclaimReceipt receipt, WorkerEnd end, string reason)
    {
        receipt.Verdict = Remains(end) is null ? ReclaimVerdict.Unverifiable : ReclaimVerdict.Partial;
        receipt.Reason = Remains(end) is { } remains ? $"{remains}; {reason}" : reason;
        return receipt;
    }

    private static string? Remains(WorkerEnd end) => end switch
    {
        { ExitCode: null } => $"the worker (pid {end.Identity.Pid}) is still there {end.ExitTime.TotalSeconds:0.0} s after it was to stop, "
            + "SIGKILL included; its slot is quarantined",
        { HasSurvivors: true } => "a process that the worker started still runs after SIGKILL",
        _ => null,
    };

    private static ReclaimReceipt Begin(WorkerEnd end)
    {
        var receipt = new ReclaimReceipt { WorkerPid = end.Identity.Pid, How = end.How, ExitTime = Duration.FromTimeSpan(end.ExitTime) };
        if (end.ExitCode is { } code)
        {
            receipt.ExitCode = code;
        }

        return receipt;
    }
}
