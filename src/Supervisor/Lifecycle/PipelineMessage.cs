using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>What the owner loop of a pipeline can be told.</summary>
internal abstract record PipelineMessage
{
    private PipelineMessage()
    {
    }

    /// <summary>Somebody wants the pipeline to end. Only the first wish counts.</summary>
    public sealed record StopRequested(StopReason Reason) : PipelineMessage;

    /// <summary>A process runs; from here on it has to be ended.</summary>
    /// <param name="Worker">Owned by the loop.</param>
    /// <param name="Before">The devices' memory before the spawn; null when the worker will not use one.</param>
    public sealed record Spawned(WorkerInstance Worker, GpuReading? Before) : PipelineMessage;

    /// <summary>The worker answered Hello.</summary>
    public sealed record Connected : PipelineMessage;

    /// <summary>The worker is further with its load.</summary>
    public sealed record Progressed(LoadProgress Progress) : PipelineMessage;

    /// <summary>The start is over: the model is loaded.</summary>
    public sealed record Loaded(ModelInfo Model) : PipelineMessage;

    /// <summary>The start is over: it failed, or was cancelled by a stop.</summary>
    public sealed record StartFailed(Exception Exception) : PipelineMessage;

    /// <summary>A worker's process was reaped.</summary>
    /// <param name="Worker">The one that <see cref="Spawned"/> told of; another may have taken its place.</param>
    public sealed record Exited(WorkerInstance Worker, int ExitCode) : PipelineMessage;
}
