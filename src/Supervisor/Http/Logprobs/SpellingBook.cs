using System.Collections.Concurrent;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>The spellings of the models that are served; those of others are forgotten when the next model's are begun. Thread-safe.</summary>
internal sealed class SpellingBook(RequestProxy proxy, ServedModels served)
{
    private readonly ConcurrentDictionary<(string Name, string Folder), TokenSpellings> _byModel = new();

    /// <summary>Of how many models there are any.</summary>
    public int Count => _byModel.Count;

    public TokenSpellings Of(ServedModel model) => _byModel.TryGetValue(KeyOf(model), out var known) ? known : Begin(model);

    private static (string Name, string Folder) KeyOf(ServedModel model) => (model.Name, model.Open.Model);

    private TokenSpellings Begin(ServedModel model)
    {
        var all = served.All.Select(KeyOf).ToHashSet();
        foreach (var gone in _byModel.Keys.Where(key => !all.Contains(key)))
        {
            _byModel.TryRemove(gone, out _);
        }

        return _byModel.GetOrAdd(KeyOf(model), static (key, proxy) => new TokenSpellings(proxy, NamedPipelines.KeyPrefix + key.Name), proxy);
    }
}
