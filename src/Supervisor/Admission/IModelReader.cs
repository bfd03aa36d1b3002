using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Reads of a model folder what a worker will take for it.</summary>
internal interface IModelReader
{
    /// <param name="readsWeights">Whether the weights are those of the folder; else they are made as config.json says.</param>
    /// <returns>Null where this process lacked something at that moment, such as a file descriptor: the worker reads the folder itself.</returns>
    /// <exception cref="SupervisorException">The folder cannot be served; the error is the one that a worker would have told.</exception>
    ModelSize? Read(string folder, bool readsWeights);
}
