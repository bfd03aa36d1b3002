namespace LmDeploy.Supervisor.Shutdown;

/// <summary>The one place that knows whether the supervisor is to end, and how soon. Thread-safe; only the first reason counts.</summary>
internal sealed class StopSignal
{
    private readonly TaskCompletionSource<string> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hurried = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason.</summary>
    public Task<string> Requested => _requested.Task;

    /// <summary>Completes when requests that run are not, or no longer, to be waited for.</summary>
    public Task Hurried => _hurried.Task;

    /// <summary>Asks for the end at once.</summary>
    public void Request(string reason)
    {
        _requested.TrySetResult(reason);
        _hurried.TrySetResult();
    }

    /// <summary>Asks for the end once the requests that run are over; asked for again, it does not wait for them any more.</summary>
    public void Drain(string reason)
    {
        if (!_requested.TrySetResult(reason))
        {
            _hurried.TrySetResult();
        }
    }
}
