using LmDeploy.Transport;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LmDeploy.HealthChecks;

/// <summary>Whether the host's supervisor answers. The shared one may be away: it comes when a pipeline needs it, and is not started for a check.</summary>
internal sealed class SupervisorHealthCheck(Supervisor supervisor) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (supervisor.IsShared && !await UnixSocket.IsListeningAsync(supervisor.SocketPath, cancellationToken).ConfigureAwait(false))
            {
                return HealthCheckResult.Healthy("No supervisor runs; the next pipeline starts one.");
            }

            var info = await supervisor.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"The supervisor answers, process {info.Pid}.", new Dictionary<string, object>
            {
                ["pid"] = info.Pid, ["version"] = info.Version, ["uptime"] = info.Uptime,
            });
        }
        catch (LmDeployException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
