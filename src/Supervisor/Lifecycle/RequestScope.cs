using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>One request that runs in a pipeline. Disposing says that it is over.</summary>
internal readonly struct RequestScope(Pipeline pipeline) : IDisposable
{
    /// <summary>The worker that serves the pipeline; waits for it while one is replaced.</summary>
    /// <exception cref="SupervisorException">The pipeline ends.</exception>
    public Task<WorkerInstance> WorkerAsync(CancellationToken cancellationToken) => pipeline.ServingAsync(cancellationToken);

    public void Dispose() => pipeline.Leave();
}
