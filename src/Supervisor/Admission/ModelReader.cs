using LmDeploy.Models;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Text.Errors;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Reads model folders as workers do.</summary>
internal sealed class ModelReader : IModelReader
{
    public ModelSize? Read(string folder, bool readsWeights)
    {
        try
        {
            using var model = ModelFolder.Open(folder, makesWeights: !readsWeights);
            return new ModelSize(
                [new FileInfo(model.Config.Path), .. model.Checkpoint?.Files ?? []],
                model.Manifest,
                model.Spec.CheckpointDtype,
                model.Spec.CacheElementsPerToken,
                model.Spec.LongestContext);
        }
        catch (EngineException exception) when (ResourceShortage.Is(exception))
        {
            return null;
        }
        catch (EngineException exception)
        {
            throw new SupervisorException(exception.Code, exception.Message, exception.Subject);
        }
    }
}
