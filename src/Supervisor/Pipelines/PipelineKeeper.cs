using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Opens pipelines that no client holds, and is to them what a client's Hold is to others. Thread-safe.</summary>
internal sealed class PipelineKeeper(PipelineRegistry registry, CallGauge calls)
{
    /// <summary>Opens a pipeline. While there is anything of it, the supervisor counts as used.</summary>
    /// <returns>The pipeline, and what completes when it takes requests, or fails with the reason why it never will.</returns>
    public (Pipeline Pipeline, Task Ready) Open(OpenPipeline open)
    {
        var pipeline = registry.Open(PipelineSpec.Create(open, holderPid: 0));
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = HoldAsync(pipeline, ready);
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
        catch (Exception exception)
        {
            ready.TrySetException(exception);
        }
        finally
        {
            calls.Add(-1);
        }
    }
}
