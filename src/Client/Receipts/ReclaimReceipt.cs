using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>What ending a pipeline gave back, as observed. It claims nothing that was not seen.</summary>
public sealed record ReclaimReceipt
{
    /// <summary>What was observed.</summary>
    public required ReclaimVerdict Verdict { get; init; }

    /// <summary>Why the verdict is not <see cref="ReclaimVerdict.Reclaimed"/>; empty when it is.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The process that ended; 0 when there was none.</summary>
    public int WorkerPid { get; init; }

    /// <summary>Which memory the bytes count.</summary>
    public MemoryKind Memory { get; init; }

    /// <summary>Bytes the worker held when it was stopped.</summary>
    public long HeldBytes { get; init; }

    /// <summary>The most bytes the worker held in its life.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Bytes seen to be back.</summary>
    public long ReclaimedBytes { get; init; }

    /// <summary>Bytes seen to be left.</summary>
    public long ResidualBytes { get; init; }

    /// <summary>The time from the intent to stop to the verdict.</summary>
    public TimeSpan ReclaimTime { get; init; }

    /// <summary>The time from the intent to stop until the process was reaped.</summary>
    public TimeSpan ExitTime { get; init; }

    /// <summary>The exit code, or 128 + signal; null when it is not known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How the worker went.</summary>
    public WorkerExit Exit { get; init; }

    /// <summary>The GPUs the worker used; empty on a CPU.</summary>
    public IReadOnlyList<DeviceReclaim> Devices { get; init => field = Values.Of(value); } = ValueList<DeviceReclaim>.Empty;
}
