using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Finds the pipeline that a request is for. Thread-safe.</summary>
internal sealed class PipelineDirectory(PipelineRegistry registry, NamedPipelines named)
{
    /// <summary>Begins a request.</summary>
    /// <param name="key">The key that the pipeline's holder was given, or <c>name/NAME</c> for one that is loaded on demand.</param>
    /// <exception cref="SupervisorException">There is no such pipeline, it ends, or it cannot be loaded.</exception>
    public async ValueTask<RequestScope> EnterAsync(string key, CancellationToken cancellationToken) =>
        key.StartsWith(NamedPipelines.KeyPrefix, StringComparison.Ordinal)
            ? await named.EnterAsync(key[NamedPipelines.KeyPrefix.Length..], cancellationToken)
            : registry.FindByKey(key).Enter();
}
