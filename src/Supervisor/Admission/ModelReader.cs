using LmDeploy.Models;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Texts;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Text.Errors;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Reads model folders as workers do.</summary>
internal sealed class ModelReader : IModelReader
{
    public ModelSize? Read(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken)
    {
        try
        {
            using var model = ModelFolder.Open(spec.Model, makesWeights: !spec.ReadsWeights, cancellationToken);
            ModelText.Check(spec.Model, spec.Engine.ChatTemplate, model.Config);
            ComputeDtype.Choose(EnumWords.Of(spec.Engine.Dtype), model.Spec.CheckpointDtype, onGpu);
            ContextLength.Choose(model.Spec, spec.SessionLen, spec.Engine.AllowLongSessionLen);
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
