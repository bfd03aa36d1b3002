namespace LmDeploy.Supervisor.Hosting;

/// <summary>The one place that knows whether the supervisor is to end. Thread-safe; only the first reason counts.</summary>
internal sealed class StopSignal
{
    private readonly TaskCompletionSource<string> _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason.</summary>
    public Task<string> Requested => _requested.Task;

    public void Request(string reason) => _requested.TrySetResult(reason);
}
