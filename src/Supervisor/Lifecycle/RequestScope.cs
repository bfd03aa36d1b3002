using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>One request that runs in a pipeline. Disposing says that it is over; doing so again changes nothing. Thread-safe.</summary>
/// <param name="onLeft">Called when it is over, after the pipeline was told.</param>
internal sealed class RequestScope(Pipeline pipeline, Action? onLeft) : IDisposable
{
    private int _isOver;

    public Pipeline Pipeline => pipeline;

    /// <summary>The worker that serves the pipeline; waits for it while one is replaced.</summary>
    /// <exception cref="SupervisorException">The pipeline ends.</exception>
    public Task<WorkerInstance> WorkerAsync(CancellationToken cancellationToken) => pipeline.ServingAsync(cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            pipeline.Leave();
            onLeft?.Invoke();
        }
    }
}
