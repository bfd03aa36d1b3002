using LmDeploy.Limits;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>
/// The journal of one Generate call, with one journal for each prompt. Not thread-safe. Disposing removes its prompts from the requests in flight.
/// </summary>
internal sealed class GenerationJournal : IDisposable
{
    private readonly PromptJournal[] _prompts;
    private readonly InFlightRequests _inFlight;

    /// <param name="request">Owned.</param>
    /// <param name="inFlight">Is told of each prompt.</param>
    /// <exception cref="SupervisorException">The number of configurations fits the prompts in no way.</exception>
    public GenerationJournal(GenerateRequest request, InFlightRequests inFlight)
    {
        if (BatchConfigs.Problem(request.Prompts.Count, request.Configs.Count) is { } problem)
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, problem, "configs");
        }

        (Caller, CacheSalt) = (request.Caller, request.CacheSalt);
        _inFlight = inFlight;
        _prompts = [.. request.Prompts.Select((prompt, index) => Open(prompt, BatchConfigs.Of(request.Configs, index)))];
    }

    /// <summary>The caller; empty for a caller without a name.</summary>
    public string Caller { get; }

    /// <summary>The cache salt of its prompts.</summary>
    public string CacheSalt { get; }

    public int Count => _prompts.Length;

    public PromptJournal this[int index] => _prompts[index];

    /// <summary>Journals an event just before it is forwarded, and counts its tokens.</summary>
    /// <returns>Whether to hand it on.</returns>
    public bool Take(GenerationEvent happened)
    {
        _inFlight.CountTokens(happened.Delta?.TokenIds.Count ?? 0);
        return _prompts[happened.Index].Take(happened);
    }

    public void Dispose() => Array.ForEach(_prompts, prompt => _inFlight.Remove(prompt.Id));

    /// <summary>Gives each sampled prompt a seed before its first token, so that a replacement worker makes the same draws.</summary>
    private static GenerationConfig Seeded(GenerationConfig config)
    {
        if (!MayDraw(config) || config.HasRandomSeed)
        {
            return config;
        }

        var seeded = config.Clone();
        seeded.RandomSeed = (ulong)Random.Shared.NextInt64();
        return seeded;
    }

    private static bool MayDraw(GenerationConfig config) => config.HasDoSample ? config.DoSample : config.UnsetFields != UnsetFields.Unspecified;

    private PromptJournal Open(Prompt prompt, GenerationConfig config)
    {
        var journal = new PromptJournal(prompt, Seeded(config), new Lazy<string>(() => Fingerprint.Of(prompt, config)));
        journal.Id = _inFlight.Add(journal.Describe, () => journal.IsWaiting);
        return journal;
    }
}
