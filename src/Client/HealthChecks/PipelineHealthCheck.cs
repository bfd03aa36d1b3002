using LmDeploy.DependencyInjection;
using LmDeploy.Words;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LmDeploy.HealthChecks;

/// <summary>
/// Whether a pipeline of the host answers: degraded while its worker is replaced, when requests wait; unhealthy when it cannot answer any more.
/// </summary>
internal sealed class PipelineHealthCheck(HostedPipeline hosted) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failed = context.Registration.FailureStatus;
        if (hosted.Loaded is not { } pipeline)
        {
            return hosted.Failure is { } failure ? new HealthCheckResult(failed, failure.Message, failure)
                : hosted.IsLoadedByUse ? HealthCheckResult.Healthy("It is loaded by its first use.")
                : new HealthCheckResult(failed, "It is not loaded.");
        }

        if (pipeline.EndReason is { } reason)
        {
            return new HealthCheckResult(failed, reason.Message, reason);
        }

        try
        {
            var pipelines = await pipeline.Supervisor.ListPipelinesAsync(cancellationToken).ConfigureAwait(false);
            return pipelines.FirstOrDefault(listed => listed.Id == pipeline.Id) is { } info
                ? Judge(info, failed)
                : new HealthCheckResult(failed, "The supervisor does not know it any more.");
        }
        catch (LmDeployException e)
        {
            return new HealthCheckResult(failed, e.Message, e);
        }
    }

    private static HealthCheckResult Judge(PipelineInfo info, HealthStatus failed)
    {
        var state = EnumWords.Of(info.State);
        var data = new Dictionary<string, object>
        {
            ["state"] = state, ["worker_pid"] = info.WorkerPid, ["restarts"] = info.Restarts, ["running_requests"] = info.RunningRequests,
            ["waiting_requests"] = info.WaitingRequests,
        };
        var last = info.Failures.Count > 0 ? $" {FailureText.Of(info.Failures[^1])}" : "";
        return info.State switch
        {
            PipelineState.Ready => HealthCheckResult.Healthy($"Ready, process {info.WorkerPid}.", data),
            PipelineState.Starting or PipelineState.Loading or PipelineState.Crashed or PipelineState.Hung or PipelineState.Restarting
                => HealthCheckResult.Degraded($"Its worker is being replaced ({state}); requests wait.{last}", data: data),
            _ => new HealthCheckResult(failed, $"It is {state}.{last}", data: data),
        };
    }
}
