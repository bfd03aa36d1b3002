using LmDeploy.Limits;
using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>
/// How the supervisor watches, replaces and ends the worker of a pipeline. Immutable; a value out of range throws where it is set, also in a <c>with</c>
/// expression.
/// </summary>
public sealed record SupervisionConfig
{
    /// <summary>The time to start and load a worker, 1 ms to 24 hours. Default: 10 minutes.</summary>
    public TimeSpan LoadTimeout
    {
        get;
        init => field = Ensure.InRange(value, EngineDefaults.ShortestTime, EngineDefaults.LongestTime);
    } = EngineDefaults.LoadTimeout;

    /// <summary>The time a worker has to leave by itself before it is killed, 0 to 24 hours. Default: 100 ms.</summary>
    public TimeSpan StopGrace { get; init => field = Ensure.InRange(value, TimeSpan.Zero, EngineDefaults.LongestTime); } = EngineDefaults.StopGrace;

    /// <summary>
    /// How many times a worker that died by itself is replaced within <see cref="RestartWindow"/>; one more death fails the pipeline.
    /// 0 to 1000; 0 never replaces it. Default: 5.
    /// </summary>
    public int MaxRestarts { get; init => field = Ensure.InRange(value, 0, EngineDefaults.MostRestarts); } = EngineDefaults.MaxRestarts;

    /// <summary>The time that <see cref="MaxRestarts"/> is counted over, 1 ms to 24 hours. Default: 1 minute.</summary>
    public TimeSpan RestartWindow
    {
        get;
        init => field = Ensure.InRange(value, EngineDefaults.ShortestTime, EngineDefaults.LongestTime);
    } = EngineDefaults.RestartWindow;

    /// <summary>
    /// How long a worker may be silent, or have work and make no progress, before it counts as hung and is killed and replaced.
    /// 1 s to 24 hours, or <see cref="TimeSpan.Zero"/> for never. Default: 1 minute.
    /// </summary>
    /// <remarks>A long prefill or a slow load makes progress all the time: every matrix product and every piece of a file counts.</remarks>
    public TimeSpan HangTimeout
    {
        get;
        init => field = value == TimeSpan.Zero ? value : Ensure.InRange(value, EngineDefaults.ShortestHangTimeout, EngineDefaults.LongestTime);
    } = EngineDefaults.HangTimeout;

    /// <summary>How long a prompt that killed two workers is refused with <c>poisoned_request</c>, 0 to 24 hours. Default: 10 minutes.</summary>
    public TimeSpan PoisonTtl { get; init => field = Ensure.InRange(value, TimeSpan.Zero, EngineDefaults.LongestTime); } = EngineDefaults.PoisonTtl;
}
