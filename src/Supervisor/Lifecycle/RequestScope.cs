using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>One request that runs in a pipeline. Disposing says that it is over.</summary>
/// <param name="onLeft">Called when it is over; null for nothing.</param>
internal readonly struct RequestScope(Pipeline pipeline, Action? onLeft = null) : IDisposable
{
    public Pipeline Pipeline => pipeline;

    /// <summary>The worker that serves the pipeline; waits for it while one is replaced.</summary>
    /// <exception cref="SupervisorException">The pipeline ends.</exception>
    public Task<WorkerInstance> WorkerAsync(CancellationToken cancellationToken) => pipeline.ServingAsync(cancellationToken);

    /// <summary>The same request, of whose end somebody is told.</summary>
    public RequestScope AndThen(Action left) => new(pipeline, left);

    public void Dispose()
    {
        pipeline.Leave();
        onLeft?.Invoke();
    }
}
