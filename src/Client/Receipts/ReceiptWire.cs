using LmDeploy.Words;

namespace LmDeploy.Receipts;

/// <summary>Reads a receipt off the wire.</summary>
internal static class ReceiptWire
{
    public static ReclaimReceipt ToReceipt(this V1.ReclaimReceipt wire) => new()
    {
        Verdict = EnumWords.To<ReclaimVerdict>(wire.Verdict),
        Reason = wire.Reason,
        WorkerPid = wire.WorkerPid,
        Memory = EnumWords.To<MemoryKind>(wire.Memory),
        HeldBytes = wire.HeldBytes,
        PeakBytes = wire.PeakBytes,
        ReclaimedBytes = wire.ReclaimedBytes,
        ResidualBytes = wire.ResidualBytes,
        Milliseconds = wire.Time?.ToTimeSpan().TotalMilliseconds ?? 0,
        ExitMilliseconds = wire.ExitTime?.ToTimeSpan().TotalMilliseconds ?? 0,
        ExitCode = wire.HasExitCode ? wire.ExitCode : null,
        How = EnumWords.To<WorkerExit>(wire.How),
        Devices = [.. wire.Devices.Select(d => new DeviceReclaim(d.Uuid, d.UsedBeforeBytes, d.UsedHeldBytes, d.UsedAfterBytes))],
    };
}
