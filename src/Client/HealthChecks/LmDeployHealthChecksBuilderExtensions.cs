using LmDeploy;
using LmDeploy.DependencyInjection;
using LmDeploy.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of what <see cref="LmDeployClientServiceCollectionExtensions.AddLmDeployClient"/> added.</summary>
public static class LmDeployHealthChecksBuilderExtensions
{
    /// <summary>
    /// Checks that the host's <see cref="Supervisor"/> answers. The shared supervisor may be away, and is not started for it; that LmDeploy's programs are
    /// found is checked even so.
    /// </summary>
    /// <param name="builder">The health checks of the host.</param>
    /// <param name="name">The check's name. Default: <c>lmdeploy</c>.</param>
    /// <param name="failureStatus">What it reports when the supervisor does not answer. Default: null, unhealthy.</param>
    /// <param name="tags">Its tags. Default: null, none.</param>
    /// <param name="timeout">The time it has. Default: null, no limit of its own.</param>
    public static IHealthChecksBuilder AddLmDeploySupervisor(
        this IHealthChecksBuilder builder,
        string name = "lmdeploy",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, services => new SupervisorHealthCheck(services.GetRequiredService<Supervisor>()), failureStatus, tags, timeout));
    }

    /// <summary>
    /// Checks a pipeline: healthy when it is ready, or when its first use is to load it; degraded while its worker is replaced, when requests wait; unhealthy,
    /// with how its
    /// worker ended, when it is not loaded or cannot answer any more.
    /// </summary>
    /// <param name="builder">The health checks of the host.</param>
    /// <param name="pipeline">The name it was added under.</param>
    /// <param name="name">The check's name. Default: null, <c>lmdeploy-</c> and the pipeline's.</param>
    /// <param name="failureStatus">What it reports when the pipeline cannot answer. Default: null, unhealthy.</param>
    /// <param name="tags">Its tags. Default: null, none.</param>
    /// <param name="timeout">The time it has. Default: null, no limit of its own.</param>
    public static IHealthChecksBuilder AddLmDeployPipeline(
        this IHealthChecksBuilder builder,
        string pipeline,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        return builder.Add(new HealthCheckRegistration(
            name ?? $"lmdeploy-{pipeline}", services => new PipelineHealthCheck(
                services.GetRequiredKeyedService<HostedPipeline>(pipeline)), failureStatus, tags, timeout));
    }
}
