using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>The messages of a pipeline's owner loop.</summary>
internal abstract record PipelineMessage
{
    private PipelineMessage()
    {
    }

    /// <summary>A stop is requested. Only the first request counts.</summary>
    public sealed record StopRequested(StopReason Reason) : PipelineMessage;

    /// <summary>A life begins: a worker is about to be started.</summary>
    /// <param name="Life">To be completed when the worker has died and is cleared away.</param>
    public sealed record LifeBegun(TaskCompletionSource<WorkerDeath> Life) : PipelineMessage;

    /// <summary>A process runs; from here on it has to be ended.</summary>
    /// <param name="Worker">Owned by the loop.</param>
    /// <param name="Reservation">The worker's memory. Owned by the worker.</param>
    /// <param name="Before">The devices' memory before the spawn; null when the worker will not use one.</param>
    public sealed record Spawned(WorkerInstance Worker, Reservation Reservation, GpuReading? Before) : PipelineMessage;

    /// <summary>The worker answered Hello.</summary>
    public sealed record Connected : PipelineMessage;

    /// <summary>The worker is further with its load.</summary>
    public sealed record Progressed(LoadProgress Progress) : PipelineMessage;

    /// <summary>The start is over: the model is loaded.</summary>
    /// <param name="Held">The devices' memory with the model in it; null when the worker uses none.</param>
    public sealed record Loaded(ModelInfo Model, GpuReading? Held) : PipelineMessage;

    /// <summary>The start is over: it failed, or was cancelled by a stop.</summary>
    public sealed record StartFailed(Exception Exception) : PipelineMessage;

    /// <summary>A worker's process was reaped.</summary>
    /// <param name="Worker">The one that <see cref="Spawned"/> told of; another may have taken its place.</param>
    public sealed record Exited(WorkerInstance Worker) : PipelineMessage;

    /// <summary>The supervisor has killed a worker, which may survive it.</summary>
    public sealed record Killed(WorkerInstance Worker) : PipelineMessage;

    /// <summary>The wait for a worker's exit failed, so the pipeline cannot continue.</summary>
    public sealed record WatchFailed(Exception Exception) : PipelineMessage;

    /// <summary>Another worker will be started.</summary>
    /// <param name="Delay">The time until then.</param>
    public sealed record Restarting(TimeSpan Delay) : PipelineMessage;

    /// <summary>No worker will be started any more, and none is being started: nothing comes after this but <see cref="Exited"/>.</summary>
    /// <param name="Failure">Why; null when it was stopped.</param>
    public sealed record LivesEnded(SupervisorException? Failure) : PipelineMessage;
}
