using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Starts worker processes.</summary>
internal interface IWorkerProcessFactory
{
    /// <summary>Starts a worker in its folder and hands it its token. It is not ready yet.</summary>
    /// <param name="visibleDevices">Its <c>CUDA_VISIBLE_DEVICES</c>; null for the supervisor's own.</param>
    /// <exception cref="SupervisorException">The executable is missing or cannot be run.</exception>
    Task<IWorkerProcess> StartAsync(WorkerFolder folder, string token, string? visibleDevices);
}
