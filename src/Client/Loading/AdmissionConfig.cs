using LmDeploy.Limits;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>
/// How the supervisor admits a pipeline: how much memory it may take, and how long it waits for memory. Immutable; a value out of range throws where it is
/// set, also in a <c>with</c> expression.
/// </summary>
public sealed record AdmissionConfig
{
    /// <summary>How long to wait for memory that other pipelines hold before loading fails, 0 to 24 hours. Default: 30 s.</summary>
    public TimeSpan Timeout { get; init => field = Ensure.InRange(value, TimeSpan.Zero, EngineDefaults.LongestTime); } = EngineDefaults.AdmissionTimeout;

    /// <summary>The most resident memory the worker may take, in bytes, at least 64 MiB; one that takes more is killed. Default: null, no limit.</summary>
    public long? MemoryLimit { get; init => field = value is { } limit ? Ensure.InRange(limit, EngineDefaults.LeastMemoryLimit, long.MaxValue) : null; }
}
