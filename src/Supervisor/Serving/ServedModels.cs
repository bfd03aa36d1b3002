using System.Collections.Concurrent;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>The models that requests know by name, loaded or not. Thread-safe.</summary>
internal sealed class ServedModels(NamedPipelines named, TimeProvider time)
{
    /// <summary>A slash in an address, as some clients write it.</summary>
    private const string EscapedSlash = "%2F";

    private readonly ConcurrentDictionary<string, (ServedModel Model, DateTimeOffset Created)> _byName = new(StringComparer.Ordinal);

    public IReadOnlyList<ServedModel> All => [.. _byName.Values.OrderBy(entry => entry.Created).Select(entry => entry.Model)];

    /// <summary>Registers a model, to be loaded by its first request.</summary>
    /// <exception cref="SupervisorException">The name or an alias stands for something else or cannot be in an address, or a setting cannot be
    /// meant.</exception>
    public void Add(ServedModel model)
    {
        foreach (var name in model.Aliases.Append(model.Name))
        {
            if (name.Contains(EscapedSlash, StringComparison.OrdinalIgnoreCase))
            {
                throw new SupervisorException(
                    ErrorCodes.InvalidRequest, $"{name} cannot be a name: {EscapedSlash} stands for a slash in URLs. Choose another name.", name);
            }

            if (Find(name) is { } other && !other.Open.Equals(model.Open))
            {
                throw new SupervisorException(
                    ErrorCodes.InvalidRequest, $"{name} stands for {other.Open.Model} already: unload it first, or choose another name.", name);
            }
        }

        foreach (var request in model.Requests)
        {
            named.Register(request);
        }

        _byName[model.Name] = (model, time.GetUtcNow());
    }

    /// <summary>
    /// Gives a served model other settings. One whose pipelines have to be others is loaded again after its requests have ended; otherwise it stays loaded.
    /// </summary>
    /// <returns>Completes when the old pipelines are gone.</returns>
    /// <exception cref="SupervisorException">A setting cannot be meant.</exception>
    public async Task ReplaceAsync(ServedModel old, ServedModel model, TimeSpan drainTimeout)
    {
        var created = CreatedOf(old.Name);
        var gone = new List<Task>();
        foreach (var request in model.Requests)
        {
            if (old.Open.Equals(model.Open) || !old.Pipelines.Contains(request.Open.Name))
            {
                named.Register(request);
            }
            else
            {
                gone.Add(named.ReplaceAsync(request, drainTimeout));
            }
        }

        gone.AddRange(old.Pipelines.Except(model.Pipelines).Select(name => named.UnloadAsync(name, drainTimeout)));
        _byName[model.Name] = (model, created);
        await Task.WhenAll(gone);
    }

    /// <summary>The model of a name or an alias; null when there is none.</summary>
    public ServedModel? Find(string name) => _byName.TryGetValue(name, out var entry)
        ? entry.Model
        : All.FirstOrDefault(model => model.Aliases.Contains(name, StringComparer.Ordinal));

    /// <summary>Finds a pipeline by the name or an alias of its model; a replica has a name of its own.</summary>
    /// <param name="resident">The pipeline that is loaded or loading; null while the model is not loaded.</param>
    /// <returns>Whether such a model is served.</returns>
    public bool TryFindPipeline(string name, out Pipeline? resident)
    {
        var pipeline = Find(name)?.Name ?? All.SelectMany(model => model.Pipelines).FirstOrDefault(replica => replica == name);
        resident = pipeline is null ? null : named.ResidentOf(pipeline);
        return pipeline is not null;
    }

    /// <summary>The name of the model's pipeline that has the fewest requests.</summary>
    public string Route(ServedModel model) => model.Replicas == 1 ? model.Name : model.Pipelines.MinBy(named.UsersOf)!;

    /// <summary>When a model was registered.</summary>
    public DateTimeOffset CreatedOf(string name) => _byName.TryGetValue(name, out var entry) ? entry.Created : time.GetUtcNow();

    /// <summary>The model info of a loaded model; null for one that is not loaded.</summary>
    public ModelInfo? InfoOf(string name) => named.ResidentOf(name)?.Model;

    /// <summary>Whether a model is loaded: ready with one of its pipelines, failed when one has failed and none is ready or loading.</summary>
    public LoadStatus LoadOf(ServedModel model)
    {
        var loads = model.Pipelines.Select(named.LoadOf).ToList();
        LoadState[] order = [LoadState.Ready, LoadState.Loading, LoadState.Failed];
        return new LoadStatus(
            order.FirstOrDefault(state => loads.Exists(load => load.State == state), LoadState.Unloaded),
            loads.Select(load => load.Failure).FirstOrDefault(failure => failure is not null),
            loads.Select(load => load.Progress).FirstOrDefault(progress => progress is not null));
    }

    /// <summary>Loads all of the model's pipelines.</summary>
    /// <exception cref="SupervisorException">One cannot be loaded.</exception>
    public Task<Pipeline[]> LoadAsync(ServedModel model, CancellationToken cancellationToken) =>
        Task.WhenAll(model.Requests.Select(request => named.LoadAsync(request, cancellationToken)));

    /// <summary>Drains and unloads the model's pipelines.</summary>
    /// <param name="forgets">Whether the name is forgotten; otherwise the next request loads it again.</param>
    /// <returns>A receipt for each.</returns>
    public async Task<IReadOnlyList<ReclaimReceipt>> UnloadAsync(ServedModel model, TimeSpan drainTimeout, bool forgets)
    {
        if (forgets)
        {
            _byName.TryRemove(model.Name, out _);
        }

        return await Task.WhenAll(model.Pipelines.Select(name => named.UnloadAsync(name, drainTimeout, forgets)));
    }
}
