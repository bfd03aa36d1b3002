namespace LmDeploy.Supervisor.Shutdown;

/// <summary>The stop signal of the supervisor: at once, or after a drain. Thread-safe; only the first reason counts.</summary>
internal sealed class StopSignal
{
    private readonly TaskCompletionSource<string> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hurried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isPatient;

    /// <summary>Completes with the reason.</summary>
    public Task<string> Requested => _requested.Task;

    /// <summary>Completes when running requests are not, or no longer, waited for.</summary>
    public Task Hurried => _hurried.Task;

    /// <summary>Whether the drain has no deadline.</summary>
    public bool IsPatient => Volatile.Read(ref _isPatient);

    /// <summary>Requests a stop without a drain.</summary>
    public void Request(string reason)
    {
        _requested.TrySetResult(reason);
        _hurried.TrySetResult();
    }

    /// <summary>Requests a stop after a drain. A second request skips the drain.</summary>
    /// <param name="isPatient">Whether the drain has no deadline.</param>
    public void Drain(string reason, bool isPatient = false)
    {
        if (!_requested.Task.IsCompleted)
        {
            Volatile.Write(ref _isPatient, isPatient); // Before the drain begins, which reads it.
        }

        if (!_requested.TrySetResult(reason))
        {
            _hurried.TrySetResult();
        }
    }
}
