using System.Collections;
using System.Runtime.CompilerServices;
using LmDeploy.Limits;

namespace LmDeploy;

/// <summary>The configuration of a batch: one for all its prompts, or one for each. Converts from either, and from a collection expression.</summary>
[CollectionBuilder(typeof(GenerationConfigs), nameof(Each))]
public sealed class GenerationConfigs : IEnumerable<GenerationConfig>
{
    private readonly GenerationConfig[] _configs;
    private readonly bool _forAll;

    private GenerationConfigs(GenerationConfig[] configs, bool forAll)
    {
        _configs = configs;
        _forAll = forAll;
    }

    /// <summary>One configuration for all prompts.</summary>
    public static implicit operator GenerationConfigs(GenerationConfig config) => new([config], forAll: true);

    /// <summary>One configuration for each prompt.</summary>
    public static implicit operator GenerationConfigs(GenerationConfig[] configs) => Each(configs);

    /// <summary>One configuration for each prompt.</summary>
    public static implicit operator GenerationConfigs(List<GenerationConfig> configs) => Each([.. configs]);

    /// <summary>One configuration for each prompt, in their order.</summary>
    public static GenerationConfigs Each(ReadOnlySpan<GenerationConfig> configs) => new(configs.ToArray(), forAll: false);

    /// <inheritdoc/>
    public IEnumerator<GenerationConfig> GetEnumerator() => _configs.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One configuration for each of so many prompts.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than prompts.</exception>
    internal static IReadOnlyList<GenerationConfig> For(GenerationConfigs? configs, int prompts)
    {
        if (configs is null or { _forAll: true })
        {
            return [.. Enumerable.Repeat(configs?._configs[0] ?? new GenerationConfig(), prompts)];
        }

        return configs._configs.Length == prompts
            ? configs._configs
            : throw new ArgumentException(BatchConfigs.Mismatch(prompts, configs._configs.Length), nameof(configs));
    }
}
