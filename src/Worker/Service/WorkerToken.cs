namespace LmDeploy.Worker.Service;

/// <summary>The secret that the supervisor writes to this worker's standard input; known once that line was read.</summary>
internal sealed class WorkerToken
{
    private readonly TaskCompletionSource<string> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Value => _value.Task;

    public void Set(string value) => _value.TrySetResult(value);
}
