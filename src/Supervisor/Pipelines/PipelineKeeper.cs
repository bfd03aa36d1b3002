using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>The holder of pipelines without a client's Hold. Thread-safe.</summary>
internal sealed partial class PipelineKeeper(PipelineRegistry registry, CallGauge calls, ILogger<PipelineKeeper> logger)
{
    /// <summary>Opens a pipeline. While there is anything of it, the supervisor counts as used.</summary>
    /// <returns>The pipeline, and what completes when it takes requests, or fails with the reason why it never will.</returns>
    public (Pipeline Pipeline, Task Ready) Open(OpenPipeline open)
    {
        var pipeline = registry.Open(PipelineSpec.Create(open, holderPid: 0));
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HoldAsync(pipeline, ready).Detach(exception => OnFailed(pipeline, ready, exception));
        return (pipeline, ready.Task);
    }

    private async Task HoldAsync(Pipeline pipeline, TaskCompletionSource ready)
    {
        calls.Add(1);
        try
        {
            await foreach (var holdEvent in pipeline.Events.ReadAllAsync())
            {
                if (holdEvent.Ready is not null)
                {
                    ready.TrySetResult();
                }
            }

            var outcome = await pipeline.Completion;
            ready.TrySetException(outcome.StartFailure ?? await pipeline.Ended);
        }
        finally
        {
            calls.Add(-1);
        }
    }

    private void OnFailed(Pipeline pipeline, TaskCompletionSource ready, Exception exception)
    {
        LogFailed(pipeline.Spec.Id, pipeline.Spec.Name, exception);
        ready.TrySetException(exception);
        pipeline.Stop(StopReason.HolderLost);
    }

    [LoggerMessage(
        EventIds.PipelineKeeperFailed,
        LogLevel.Error,
        "pipeline {Id} ({Name}) is stopped: its Hold call failed",
        EventName = nameof(EventIds.PipelineKeeperFailed))]
    private partial void LogFailed(string id, string name, Exception exception);
}
