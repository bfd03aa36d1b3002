namespace LmDeploy.Receipts;

/// <summary>Reads a receipt off the wire.</summary>
internal static class ReceiptWire
{
    public static ReclaimReceipt ToReceipt(this V1.ReclaimReceipt wire) => new()
    {
        Verdict = wire.Verdict switch
        {
            V1.ReclaimVerdict.Reclaimed => ReclaimVerdict.Reclaimed,
            V1.ReclaimVerdict.Partial => ReclaimVerdict.Partial,
            _ => ReclaimVerdict.Unverifiable,
        },
        Reason = wire.Reason,
        WorkerPid = wire.WorkerPid,
        Memory = wire.Memory,
        HeldBytes = wire.HeldBytes,
        PeakBytes = wire.PeakBytes,
        ReclaimedBytes = wire.ReclaimedBytes,
        ResidualBytes = wire.ResidualBytes,
        Milliseconds = wire.Time?.ToTimeSpan().TotalMilliseconds ?? 0,
        ExitMilliseconds = wire.ExitTime?.ToTimeSpan().TotalMilliseconds ?? 0,
        ExitCode = wire.HasExitCode ? wire.ExitCode : null,
        How = wire.How,
        Devices = [.. wire.Devices.Select(d => new DeviceReclaim(d.Uuid, d.UsedBeforeBytes, d.UsedHeldBytes, d.UsedAfterBytes))],
    };
}
