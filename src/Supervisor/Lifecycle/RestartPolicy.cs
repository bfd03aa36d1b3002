using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>
/// Decides whether and when a worker that died is replaced: at once the first time, then after a back-off that doubles with each
/// death within the window, and no more once there were too many of them. Not thread-safe: the owner loop of a pipeline has one.
/// </summary>
/// <param name="maxRestarts">How many deaths within the window are answered with a replacement; 0 for none.</param>
/// <param name="window">How long a death counts.</param>
internal sealed class RestartPolicy(int maxRestarts, TimeSpan window, TimeProvider time)
{
    private const int QuotedCauses = 3;

    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly Queue<(long When, SupervisorException Cause)> _deaths = new();

    /// <summary>Whether a worker that could not be started for this reason is worth another attempt: the model folder, the settings and the programs stay what they are.</summary>
    public static bool IsWorthRetrying(SupervisorException startFailure) =>
        startFailure.Error.Code is ErrorCodes.WorkerCrashed or ErrorCodes.WorkerStartFailed or ErrorCodes.InternalError;

    /// <summary>Notes that a worker died.</summary>
    /// <returns>How long to wait before it is replaced; null when it is not to be.</returns>
    public TimeSpan? OnDeath(SupervisorException cause)
    {
        _deaths.Enqueue((time.GetTimestamp(), cause));
        while (time.GetElapsedTime(_deaths.Peek().When) > window)
        {
            _deaths.Dequeue();
        }

        return _deaths.Count <= maxRestarts ? Delay(_deaths.Count - 1) : null;
    }

    /// <summary>What a pipeline fails with whose worker is not replaced any more.</summary>
    public SupervisorException GiveUp()
    {
        var causes = _deaths.Select(death => death.Cause).ToList();
        return causes.Count == 1
            ? causes[0]
            : new SupervisorException(
                ErrorCodes.WorkerCrashed,
                $"{causes.Count} workers died within {window.TotalSeconds:0.###} s, and max_restarts is {maxRestarts}. The last causes:\n"
                + string.Join('\n', causes.TakeLast(QuotedCauses).Select(cause => cause.Message)));
    }

    /// <summary>Half of it is left to chance, so that workers that died together do not come back together.</summary>
    private static TimeSpan Delay(int earlierDeaths)
    {
        if (earlierDeaths == 0)
        {
            return TimeSpan.Zero;
        }

        var full = Math.Min(LongestDelay.TotalSeconds, BaseDelay.TotalSeconds * Math.Pow(2, earlierDeaths));
        return TimeSpan.FromSeconds(full * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
