using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Reads the model properties that decide a worker's memory.</summary>
internal interface IModelReader
{
    /// <param name="spec">The folder, and the settings that decide whether it can be served with them.</param>
    /// <returns>Null where this process lacked something at that moment, such as a file descriptor: the worker reads the folder itself.</returns>
    /// <exception cref="SupervisorException">The folder cannot be served; the error is the one that a worker would have told.</exception>
    ModelSize? Read(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken);
}
