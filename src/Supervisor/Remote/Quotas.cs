using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Remote;

/// <summary>Bounds what one API key has at once: pipelines that it holds, the memory of these, and requests that run. Thread-safe.</summary>
internal sealed class Quotas(PipelineRegistry registry)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _running = new(StringComparer.Ordinal);

    /// <summary>Opens a pipeline that the caller owns; its admission keeps to the memory quota.</summary>
    /// <exception cref="SupervisorException">The caller holds as many as its key may.</exception>
    public Pipeline Open(Caller caller, PipelineSpec spec)
    {
        spec = spec with
        {
            Owner = caller.Owner,
            MemoryQuota = caller.Key is { MaxMemory: > 0 } limited ? new MemoryQuota(caller.Owner, limited.Name, limited.MaxMemory) : null,
        };
        if (caller.Key is not { MaxPipelines: > 0 and var most } key)
        {
            return registry.Open(spec);
        }

        lock (_gate)
        {
            return registry.All.Count(pipeline => pipeline.Spec.Owner == caller.Owner) < most
                ? registry.Open(spec)
                : throw Exceeded($"The key {key.Name} holds {most} pipelines, as many as it may (max_pipelines). Dispose of one first.");
        }
    }

    /// <summary>Begins a request.</summary>
    /// <returns>What ends it when it is disposed.</returns>
    /// <exception cref="SupervisorException">As many of the caller run as its key may have.</exception>
    public IDisposable Enter(Caller caller)
    {
        if (caller.Key is not { MaxRequests: > 0 and var most } key)
        {
            return new Scope(null, "");
        }

        lock (_gate)
        {
            var running = _running.GetValueOrDefault(caller.Owner);
            _running[caller.Owner] = running < most
                ? running + 1
                : throw Exceeded($"The key {key.Name} has {most} requests at once, as many as it may (max_requests). Wait for one to end.");
        }

        return new Scope(this, caller.Owner);
    }

    private static SupervisorException Exceeded(string message) => new(ErrorCodes.QuotaExceeded, message);

    private void Leave(string owner)
    {
        lock (_gate)
        {
            if (--_running[owner] == 0)
            {
                _running.Remove(owner);
            }
        }
    }

    private sealed class Scope(Quotas? quotas, string owner) : IDisposable
    {
        public void Dispose() => quotas?.Leave(owner);
    }
}
