namespace LmDeploy.Supervisor.Shutdown;

/// <summary>The end of the drain: streams that would go on for ever, such as those of events, end with it. Thread-safe.</summary>
internal sealed class DrainEnd : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    public CancellationToken Token => _ending.Token;

    public void Come() => _ending.Cancel();

    public void Dispose() => _ending.Dispose();
}
