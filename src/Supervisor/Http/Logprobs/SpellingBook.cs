using System.Collections.Concurrent;
using LmDeploy.Supervisor.Requests;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>The spellings of all models. Thread-safe.</summary>
internal sealed class SpellingBook(RequestProxy proxy)
{
    private readonly ConcurrentDictionary<(string Key, string Model), TokenSpellings> _byModel = new();

    /// <param name="key">Of a pipeline that runs the model.</param>
    /// <param name="model">The model's folder.</param>
    public TokenSpellings Of(string key, string model) => _byModel.GetOrAdd((key, model), static (model, proxy) => new TokenSpellings(proxy, model.Key), proxy);
}
