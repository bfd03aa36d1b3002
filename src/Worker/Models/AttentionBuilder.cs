using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Loads the attention of a layer.</summary>
internal static class AttentionBuilder
{
    /// <param name="prefix">What the names of the layer's attention begin with.</param>
    public static IAttention Build(DecoderSpec spec, int layer, string prefix, WeightLoader weights)
    {
        var attention = spec.Attention;
        if (attention.Latent is { } latent)
        {
            return LatentAttentionBuilder.Build(spec, latent, layer, prefix, weights);
        }

        return new Attention(
            attention,
            Cached(spec, layer, prefix, weights),
            new Linear(QkvMatrix(spec, prefix, weights), attention.QkvBias ? QkvVector(spec, prefix, weights) : null),
            weights.Linear(prefix + spec.Names.AttentionOutput, spec.HiddenSize, attention.QuerySize, attention.OutputBias, spec.Names.InputsFirst),
            QueryKeyNorm(spec, $"{prefix}q_norm", attention.Heads, weights),
            QueryKeyNorm(spec, $"{prefix}k_norm", attention.KeyValueHeads, weights));
    }

    public static CachedAttention Cached(DecoderSpec spec, int layer, string prefix, WeightLoader weights) =>
        new(spec.Attention, layer, spec.SlidingWindows[layer], spec.Attention.Sinks ? weights.Vector($"{prefix}sinks", spec.Attention.Heads) : null);

    private static INorm? QueryKeyNorm(DecoderSpec spec, string name, int heads, WeightLoader weights) => spec.Attention.QueryKeyNorm switch
    {
        Models.QueryKeyNorm.PerHead => NormBuilder.Build(spec, name, spec.Attention.HeadDim, weights),
        Models.QueryKeyNorm.PerProjection => NormBuilder.Build(spec, name, heads * spec.Attention.HeadDim, weights),
        _ => null,
    };

    private static torch.Tensor QkvMatrix(DecoderSpec spec, string prefix, WeightLoader weights)
    {
        var (parts, rows) = (Parts(spec, prefix, ".weight"), spec.Attention.QuerySize + (2L * spec.Attention.KeyValueSize));
        var matrix = spec.Names.InputsFirst
            ? weights.InputsFirst(parts[0].Name, rows, spec.HiddenSize)
            : weights.StackedMatrix(spec.HiddenSize, parts);
        return Stacked(spec, matrix, weights);
    }

    private static torch.Tensor QkvVector(DecoderSpec spec, string prefix, WeightLoader weights) =>
        Stacked(spec, weights.StackedVector(Parts(spec, prefix, ".bias")), weights);

    private static torch.Tensor Stacked(DecoderSpec spec, torch.Tensor rows, WeightLoader weights) =>
        spec.Names.QkvLayout == QkvLayout.Grouped ? weights.Layout.Ungrouped(rows, spec.Attention) : rows;

    private static (string Name, long Length)[] Parts(DecoderSpec spec, string prefix, string suffix)
    {
        var (query, keyValue) = ((long)spec.Attention.QuerySize, (long)spec.Attention.KeyValueSize);
        long[] lengths = spec.Names.Qkv.Count == 1 ? [query + (2 * keyValue)] : [query, keyValue, keyValue];
        return [.. spec.Names.Qkv.Zip(lengths, (name, length) => ($"{prefix}{name}{suffix}", length))];
    }
}
