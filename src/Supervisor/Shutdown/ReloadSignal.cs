namespace LmDeploy.Supervisor.Shutdown;

/// <summary>The signal to read the settings again. Requests that come while one is not taken yet are one. Thread-safe.</summary>
internal sealed class ReloadSignal : IDisposable
{
    private readonly SemaphoreSlim _requested = new(0, 1);
    private readonly Lock _gate = new();

    public void Request()
    {
        lock (_gate)
        {
            if (_requested.CurrentCount == 0)
            {
                _requested.Release();
            }
        }
    }

    /// <summary>Waits for a request and takes it.</summary>
    /// <exception cref="OperationCanceledException">The supervisor ends.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => _requested.WaitAsync(cancellationToken);

    public void Dispose() => _requested.Dispose();
}
