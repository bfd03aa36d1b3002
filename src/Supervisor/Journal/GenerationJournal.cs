using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>
/// The journal of one Generate call. A worker is asked for what is not finished, and what it answers is mapped to the positions
/// that the caller knows. Not thread-safe.
/// </summary>
internal sealed class GenerationJournal
{
    private readonly GenerateRequest _request;
    private readonly PromptJournal[] _prompts;
    private int[] _open;
    private bool _isAsked;

    /// <param name="request">Owned: seeds are put into it where tokens are drawn and the caller gave none.</param>
    public GenerationJournal(GenerateRequest request)
    {
        _request = request;
        var configs = SeededConfigs(request);
        _prompts = [.. request.Prompts.Select((prompt, index) => new PromptJournal(prompt, ConfigOf(configs, index)))];
        _open = [.. Enumerable.Range(0, _prompts.Length)];
    }

    public bool IsFinished => Array.TrueForAll(_prompts, prompt => prompt.IsFinished);

    /// <summary>What to ask the worker that serves now.</summary>
    public GenerateRequest Ask()
    {
        if (!_isAsked)
        {
            _isAsked = true;
            return _request;
        }

        _open = [.. _open.Where(index => !_prompts[index].IsFinished)];
        var rest = new GenerateRequest { Key = _request.Key };
        foreach (var (prompt, config) in _open.Select(index => _prompts[index].Continue()))
        {
            rest.Prompts.Add(prompt);
            rest.Configs.Add(config);
        }

        return rest;
    }

    /// <summary>Writes an event down that answers the latest <see cref="Ask"/>, and gives it the caller's index.</summary>
    /// <returns>Whether it is to be handed on.</returns>
    public bool Take(GenerationEvent happened)
    {
        happened.Index = _open[happened.Index];
        return _prompts[happened.Index].Take(happened);
    }

    /// <summary>A wrong number of configurations is left to the worker, which refuses it.</summary>
    private static GenerationConfig ConfigOf(IReadOnlyList<GenerationConfig> configs, int index) => configs.Count switch
    {
        0 => new GenerationConfig(),
        1 => configs[0],
        _ => configs[Math.Min(index, configs.Count - 1)],
    };

    /// <summary>Each prompt has a seed of its own before its first token, so that another worker can make the same draws.</summary>
    private static IReadOnlyList<GenerationConfig> SeededConfigs(GenerateRequest request)
    {
        var configs = request.Configs;
        if (!configs.Any(NeedsSeed) || (configs.Count != 1 && configs.Count != request.Prompts.Count))
        {
            return configs;
        }

        var seeded = request.Prompts.Select((_, index) => Seeded(ConfigOf(configs, index))).ToList();
        configs.Clear();
        configs.AddRange(seeded);
        return configs;
    }

    private static bool NeedsSeed(GenerationConfig config) => config.DoSample && !config.HasRandomSeed;

    private static GenerationConfig Seeded(GenerationConfig config)
    {
        if (!NeedsSeed(config))
        {
            return config;
        }

        var seeded = config.Clone();
        seeded.RandomSeed = (ulong)Random.Shared.NextInt64();
        return seeded;
    }
}
