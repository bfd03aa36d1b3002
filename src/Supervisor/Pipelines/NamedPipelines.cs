using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>The named pipelines, each loaded on demand. Thread-safe.</summary>
internal sealed class NamedPipelines(PipelineKeeper keeper, TimeProvider time) : IEvictor, IDisposable
{
    /// <summary>The prefix of a name in place of a pipeline key.</summary>
    public const string KeyPrefix = "name/";

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestTtl = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, NamedPipeline> _byName = [];

    /// <summary>Registers a named pipeline and loads it. Registering it again updates its TTL and pinning.</summary>
    /// <exception cref="SupervisorException">Something in the request cannot be meant, the name stands for something else, or the model cannot be
    /// loaded.</exception>
    public async Task<Pipeline> LoadAsync(LoadPipelineRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = await Add(request).EnterAsync(cancellationToken);
        return scope.Pipeline;
    }

    /// <summary>Registers a named pipeline, to be loaded by its first request. Registering it again updates its TTL and pinning.</summary>
    /// <exception cref="SupervisorException">Something in the request cannot be meant, or the name stands for something else.</exception>
    public void Register(LoadPipelineRequest request) => Add(request);

    /// <summary>Begins a request to a pipeline, which is loaded first where it is not there.</summary>
    /// <exception cref="SupervisorException">The name is unknown, or the model cannot be loaded.</exception>
    public Task<RequestScope> EnterAsync(string name, CancellationToken cancellationToken) => Find(name).EnterAsync(cancellationToken);

    /// <summary>Unloads a pipeline when its requests have ended or are out of time.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="drainTimeout">How long requests may go on before they are ended.</param>
    /// <param name="forgets">Whether the name is forgotten at once; otherwise the next request loads it again with the same TTL and pinning.</param>
    /// <exception cref="SupervisorException">The name is unknown.</exception>
    public async Task<ReclaimReceipt> UnloadAsync(string name, TimeSpan drainTimeout, bool forgets = true)
    {
        NamedPipeline? named;
        lock (_gate)
        {
            named = _byName.TryGetValue(name, out var found) ? found : throw Unknown(name);
            if (forgets)
            {
                _byName.Remove(name);
            }
            else
            {
                var next = new NamedPipeline(named.Open, keeper, EvictIdleAsync, time);
                next.Keep(named.Status.Ttl, named.Status.IsPinned);
                _byName[name] = next; // In one step with the end of the other: requests never find the name unknown.
            }
        }

        using (named)
        {
            return await named.DropAsync(drainTimeout);
        }
    }

    /// <summary>
    /// Gives a name other settings. Requests that run end with the old ones, within the drain timeout; later requests wait for that, and then load the new
    /// ones.
    /// </summary>
    /// <returns>Completes when the old pipeline is gone.</returns>
    /// <exception cref="SupervisorException">Something in the request cannot be meant, or the name is unknown.</exception>
    public Task ReplaceAsync(LoadPipelineRequest request, TimeSpan drainTimeout)
    {
        var open = Complete(request.Open);
        var ttl = TimeSetting.Read("ttl", request.Ttl, TimeSpan.Zero, LongestTtl, DefaultTtl);
        lock (_gate)
        {
            var old = _byName.TryGetValue(open.Name, out var found) ? found : throw Unknown(open.Name);
            var gone = DropAsync(old, drainTimeout);
            var next = new NamedPipeline(open, keeper, EvictIdleAsync, time, gone);
            next.Keep(ttl, request.Pinned);
            _byName[open.Name] = next;
            return gone;
        }
    }

    private static async Task DropAsync(NamedPipeline named, TimeSpan drainTimeout)
    {
        using (named)
        {
            await named.DropAsync(drainTimeout);
        }
    }

    /// <summary>How many requests are in the pipeline of a name, or wait for it to be loaded.</summary>
    public int UsersOf(string name) => TryFind(name)?.Users ?? 0;

    /// <summary>The pipeline of a name that is there or on its way; null when there is none.</summary>
    public Pipeline? ResidentOf(string name) => TryFind(name)?.Resident;

    /// <summary>Whether the pipeline of a name is loaded; a name that is unknown is not.</summary>
    public LoadStatus LoadOf(string name) => TryFind(name)?.Load ?? new LoadStatus(LoadState.Unloaded, null);

    /// <summary>How a pipeline is kept; null when it has no name here.</summary>
    public NamedPipelineStatus? StatusOf(Pipeline pipeline) => All().FirstOrDefault(named => named.Resident == pipeline)?.Status;

    public IReadOnlyList<string> FindIdle() =>
        [.. All()
            .Where(named => named.IsEvictable)
            .OrderByDescending(named => named.Status.IdleTime)
            .Select(named => named.Resident?.Spec.Id)
            .OfType<string>()];

    public Task<bool> TryEvictAsync(string pipeline) =>
        All().FirstOrDefault(named => named.Resident?.Spec.Id == pipeline)?.TryEvictAsync() ?? Task.FromResult(false);

    public void Dispose() => All().ForEach(named => named.Dispose());

    private static OpenPipeline Complete(OpenPipeline? open)
    {
        // Checks it, and knows how a pipeline without a name is called.
        var spec = PipelineSpec.Create(open, holderPid: 0);
        var complete = open!.Clone();
        (complete.Name, complete.Model) = (spec.Name, spec.Model);
        return complete;
    }

    private NamedPipeline GetOrAdd(OpenPipeline open)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(open.Name, out var named) || (named.IsVacant && !named.Open.Equals(open)))
            {
                named?.Dispose();
                named = new NamedPipeline(open, keeper, EvictIdleAsync, time);
                _byName[open.Name] = named;
            }

            return named.Open.Equals(open)
                ? named
                : throw new SupervisorException(
                    ErrorCodes.InvalidRequest,
                    $"{open.Name} stands for {named.Open.Model} with settings of its own: unload it first, or choose another name.",
                    open.Name);
        }
    }

    private NamedPipeline Add(LoadPipelineRequest request)
    {
        var ttl = TimeSetting.Read("ttl", request.Ttl, TimeSpan.Zero, LongestTtl, DefaultTtl);
        var named = GetOrAdd(Complete(request.Open));
        named.Keep(ttl, request.Pinned);
        return named;
    }

    private NamedPipeline Find(string name) => TryFind(name) ?? throw Unknown(name);

    private NamedPipeline? TryFind(string name)
    {
        lock (_gate)
        {
            return _byName.GetValueOrDefault(name);
        }
    }

    private async Task<bool> EvictIdleAsync()
    {
        var evicted = await Task.WhenAll(All().Select(named => named.TryEvictAsync()));
        return evicted.Contains(true);
    }

    private List<NamedPipeline> All()
    {
        lock (_gate)
        {
            return [.. _byName.Values];
        }
    }

    private static SupervisorException Unknown(string name) => new(ErrorCodes.PipelineNotFound, $"No pipeline was loaded under the name '{name}'.", name);
}
