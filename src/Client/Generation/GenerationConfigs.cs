using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using LmDeploy.Collections;
using LmDeploy.Limits;

namespace LmDeploy;

/// <summary>The configuration of a batch: one for all its prompts, or one for each. Converts from either, and from a collection expression.</summary>
[CollectionBuilder(typeof(GenerationConfigs), nameof(Each))]
public sealed class GenerationConfigs : IEnumerable<GenerationConfig>
{
    private readonly IReadOnlyList<GenerationConfig> _configs;
    private readonly bool _forAll;

    private GenerationConfigs(IEnumerable<GenerationConfig> configs, bool forAll)
    {
        _configs = Values.Of(configs, nameof(configs));
        _forAll = forAll;
    }

    /// <summary>One configuration for all prompts; null for null, which are the defaults.</summary>
    [return: NotNullIfNotNull(nameof(config))]
    public static implicit operator GenerationConfigs?(GenerationConfig? config) => config is null ? null : new([config], forAll: true);

    /// <summary>One configuration for each prompt.</summary>
    public static implicit operator GenerationConfigs(GenerationConfig[] configs) => new(configs, forAll: false);

    /// <summary>One configuration for each prompt.</summary>
    public static implicit operator GenerationConfigs(List<GenerationConfig> configs) => new(configs, forAll: false);

    /// <summary>One configuration for each prompt, in their order.</summary>
    /// <exception cref="ArgumentException">A configuration is null.</exception>
    public static GenerationConfigs Each(ReadOnlySpan<GenerationConfig> configs) => new(configs.ToArray(), forAll: false);

    /// <inheritdoc/>
    public IEnumerator<GenerationConfig> GetEnumerator() => _configs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One configuration for each prompt of a batch.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than prompts.</exception>
    internal static IReadOnlyList<GenerationConfig> For(GenerationConfigs? configs, int prompts)
    {
        if (configs is null or { _forAll: true })
        {
            return [.. Enumerable.Repeat(configs?._configs[0] ?? new GenerationConfig(), prompts)];
        }

        return configs._configs.Count == prompts
            ? configs._configs
            : throw new ArgumentException(BatchConfigs.Mismatch(prompts, configs._configs.Count), nameof(configs));
    }
}
