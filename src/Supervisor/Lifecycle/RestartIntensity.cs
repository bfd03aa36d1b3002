using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Restart intensity as in Erlang/OTP: counts crashes in a window. With more crashes than allowed, the pipeline fails. Not thread-safe.</summary>
/// <param name="maxRestarts">How many deaths within the window are answered with a replacement; 0 for none.</param>
/// <param name="window">How long a death counts.</param>
internal sealed class RestartIntensity(int maxRestarts, TimeSpan window, TimeProvider time)
{
    private const int QuotedCauses = 3;

    private readonly Queue<(long When, SupervisorException Cause)> _deaths = new();

    /// <summary>Notes a death.</summary>
    /// <returns>Whether the worker is to be replaced.</returns>
    public bool Allows(SupervisorException cause)
    {
        _deaths.Enqueue((time.GetTimestamp(), cause));
        while (time.GetElapsedTime(_deaths.Peek().When) > window)
        {
            _deaths.Dequeue();
        }

        return _deaths.Count <= maxRestarts;
    }

    /// <summary>The error of a pipeline whose restart intensity is exceeded.</summary>
    public SupervisorException GiveUp()
    {
        var causes = _deaths.Select(death => death.Cause).ToList();
        return causes.Count == 1
            ? causes[0]
            : new SupervisorException(
                new Error
                {
                    Code = ErrorCodes.WorkerCrashed,
                    Message = $"{causes.Count} workers died within {window.TotalSeconds:0.###} s, and max_restarts is {maxRestarts}. The last causes:\n"
                        + string.Join('\n', causes.TakeLast(QuotedCauses).Select(cause => cause.Message)),
                    Failure = causes[^1].Error.Failure,
                },
                ErrorStatus.Of(ErrorCodes.WorkerCrashed));
    }
}
