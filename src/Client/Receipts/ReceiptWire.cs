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
        ReclaimTime = wire.Time?.ToTimeSpan() ?? TimeSpan.Zero,
        ExitTime = wire.ExitTime?.ToTimeSpan() ?? TimeSpan.Zero,
        ExitCode = wire.HasExitCode ? wire.ExitCode : null,
        Exit = EnumWords.To<WorkerExit>(wire.How),
        Devices =
        [
            .. wire.Devices.Select(
                d => new DeviceReclaim
                {
                    Uuid = d.Uuid,
                    UsedBeforeBytes = d.UsedBeforeBytes,
                    UsedHeldBytes = d.UsedHeldBytes,
                    UsedAfterBytes = d.UsedAfterBytes,
                }),
        ],
    };
}
