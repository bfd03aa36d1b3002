using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Loads multi-head latent attention, with DeepSeek's names.</summary>
internal static class LatentAttentionBuilder
{
    public static LatentAttention Build(DecoderSpec spec, LatentSpec latent, int layer, string prefix, WeightLoader weights)
    {
        var heads = spec.Attention.Heads;
        var queries = heads * latent.QueryHeadDim;
        var (keyUp, valueUp) = weights.Layout.KeysAndValues(
            weights.Matrix($"{prefix}kv_b_proj.weight", heads * (latent.NopeDim + latent.ValueDim), latent.KeyValueRank), heads, latent.NopeDim);
        return new LatentAttention(
            spec.Attention,
            latent,
            AttentionBuilder.Cached(spec, layer, prefix, weights),
            latent.QueryRank is { } rank ? weights.Linear($"{prefix}q_a_proj", rank, spec.HiddenSize, latent.Bias) : null,
            latent.QueryRank is { } size ? NormBuilder.Build(spec, $"{prefix}q_a_layernorm", size, weights, latent.NormEpsilon) : null,
            latent.QueryRank is { } inputs ? weights.Linear($"{prefix}q_b_proj", queries, inputs, bias: false) : weights.Linear($"{prefix}q_proj", queries, spec.HiddenSize, bias: false),
            weights.Linear($"{prefix}kv_a_proj_with_mqa", latent.KeyValueRank + latent.RopeDim, spec.HiddenSize, latent.Bias),
            NormBuilder.Build(spec, $"{prefix}kv_a_layernorm", latent.KeyValueRank, weights, latent.NormEpsilon),
            keyUp,
            valueUp,
            weights.Linear(prefix + spec.Names.AttentionOutput, spec.HiddenSize, heads * latent.ValueDim, latent.Bias));
    }
}
