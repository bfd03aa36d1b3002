using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Connects to a worker that was just started.</summary>
internal interface IWorkerConnector
{
    /// <summary>Waits until the worker listens, connects and exchanges Hello.</summary>
    /// <exception cref="SupervisorException">The worker speaks another version of the protocol.</exception>
    Task<IWorkerConnection> ConnectAsync(WorkerFolder folder, string token, CancellationToken cancellationToken);
}
