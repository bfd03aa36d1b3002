using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>Attention with keys and values of each head.</summary>
/// <param name="Qkv">The products for queries, keys and values, one below the other.</param>
/// <param name="Output">From all heads to the hidden state.</param>
/// <param name="QueryNorm">Null for none.</param>
/// <param name="KeyNorm">Null for none.</param>
/// <param name="Sinks">[heads]; null for none.</param>
internal sealed record AttentionWeights(
    LinearWeights Qkv, LinearWeights Output, NormWeights? QueryNorm, NormWeights? KeyNorm, WeightTensor? Sinks) : IAttentionWeights
{
    public IEnumerable<WeightTensor> Tensors =>
        [.. Qkv.Tensors, .. Output.Tensors, .. QueryNorm?.Tensors ?? [], .. KeyNorm?.Tensors ?? [], .. Sinks is null ? (WeightTensor[])[] : [Sinks]];

    /// <param name="prefix">What the names of the layer's attention begin with.</param>
    public static IAttentionWeights Of(DecoderSpec spec, string prefix)
    {
        var attention = spec.Attention;
        if (attention.Latent is { } latent)
        {
            return LatentAttentionWeights.Of(spec, latent, prefix);
        }

        var rows = attention.QuerySize + (2L * attention.KeyValueSize);
        var order = spec.Names.QkvLayout == QkvLayout.Grouped ? RowOrder.ByKeyValueHead : RowOrder.Same;
        return new AttentionWeights(
            new LinearWeights(
                new WeightTensor(Parts(spec, prefix, ".weight", spec.HiddenSize), rows, spec.HiddenSize)
                {
                    InputsFirst = spec.Names.InputsFirst,
                    Order = order,
                },
                attention.QkvBias ? new WeightTensor(Parts(spec, prefix, ".bias"), rows) { Order = order } : null),
            new LinearWeights(prefix + spec.Names.AttentionOutput, spec.HiddenSize, attention.QuerySize, attention.OutputBias, spec.Names.InputsFirst),
            Norm(spec, $"{prefix}q_norm", attention.Heads),
            Norm(spec, $"{prefix}k_norm", attention.KeyValueHeads),
            attention.Sinks ? new WeightTensor($"{prefix}sinks", attention.Heads) : null);
    }

    private static NormWeights? Norm(DecoderSpec spec, string name, long heads) => spec.Attention.QueryKeyNorm switch
    {
        QueryKeyNorm.PerHead => NormWeights.Of(spec, name, spec.Attention.HeadDim),
        QueryKeyNorm.PerProjection => NormWeights.Of(spec, name, heads * spec.Attention.HeadDim),
        _ => null,
    };

    private static WeightPart[] Parts(DecoderSpec spec, string prefix, string suffix, params long[] width)
    {
        var (query, keyValue) = ((long)spec.Attention.QuerySize, (long)spec.Attention.KeyValueSize);
        long[] rows = spec.Names.Qkv.Count == 1 ? [query + (2 * keyValue)] : [query, keyValue, keyValue];
        return [.. spec.Names.Qkv.Zip(rows, (name, count) => new WeightPart($"{prefix}{name}{suffix}", [count, .. width]))];
    }
}
