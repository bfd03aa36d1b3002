using LmDeploy.Collections;
using LmDeploy.Words;

namespace LmDeploy;

/// <summary>How a worker ended that nobody had told to end. Immutable.</summary>
public sealed record WorkerFailure
{
    /// <summary>What ended it.</summary>
    public WorkerFailureKind Kind { get; init; }

    /// <summary>Its process.</summary>
    public int WorkerPid { get; init; }

    /// <summary>The exit code, or 128 + signal; null when it could not be ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>For example <c>SIGSEGV</c>; null when it was no signal.</summary>
    public string? Signal { get; init; }

    /// <summary>What it was doing.</summary>
    public WorkerActivity Activity { get; init; }

    /// <summary>CUDA's own words; null when it said none.</summary>
    public string? CudaError { get; init; }

    /// <summary>What the kernel's log has of the NVIDIA driver about this process.</summary>
    public IReadOnlyList<Xid> Xids { get; init => field = Values.Of(value); } = ValueList<Xid>.Empty;

    /// <summary>Its last lines on standard error, oldest first.</summary>
    public IReadOnlyList<string> LastErrors { get; init => field = Values.Of(value); } = ValueList<string>.Empty;

    /// <summary>The engine's step at that time; 0 when it had made none.</summary>
    public long Step { get; init; }

    /// <summary>The requests that were in that step.</summary>
    public IReadOnlyList<RunningRequest> Running { get; init => field = Values.Of(value); } = ValueList<RunningRequest>.Empty;

    /// <summary>From its start to its end.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>When it was seen to have ended.</summary>
    public DateTimeOffset Time { get; init; }

    internal static WorkerFailure? FromWire(V1.WorkerFailure? wire) => wire is null ? null : new WorkerFailure
    {
        Kind = EnumWords.To<WorkerFailureKind>(wire.Kind),
        WorkerPid = wire.WorkerPid,
        ExitCode = wire.HasExitCode ? wire.ExitCode : null,
        Signal = wire.Signal.Length > 0 ? wire.Signal : null,
        Activity = EnumWords.To<WorkerActivity>(wire.During),
        CudaError = wire.CudaError.Length > 0 ? wire.CudaError : null,
        Xids = [.. wire.Xids.Select(xid => new Xid { Number = xid.Number, Device = xid.Device, Text = xid.Text })],
        LastErrors = [.. wire.LastErrors],
        Step = wire.Step,
        Running =
        [
            .. wire.Running.Select(
                request => new RunningRequest
                {
                    Id = request.Id,
                    Fingerprint = request.Fingerprint,
                    InputTokenLen = request.InputTokenLen,
                    GenerateTokenLen = request.GenerateTokenLen,
                }),
        ],
        Lifetime = wire.Lived?.ToTimeSpan() ?? TimeSpan.Zero,
        Time = wire.Time?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch,
    };
}
