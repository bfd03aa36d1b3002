using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>One request that runs in a pipeline. Disposing says that it is over.</summary>
internal readonly struct RequestScope(Pipeline pipeline, IWorkerConnection connection) : IDisposable
{
    public IWorkerConnection Connection => connection;

    public void Dispose() => pipeline.Leave();
}
