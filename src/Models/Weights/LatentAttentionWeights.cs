using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>Multi-head latent attention, with DeepSeek's names.</summary>
/// <param name="QueryDown">Hidden to the queries' small vector; null when queries come straight from the hidden state.</param>
/// <param name="QueryNorm">Of that vector.</param>
/// <param name="QueryUp">To the queries of all heads.</param>
/// <param name="KeyValueDown">Hidden to the latent vector and the rotated key.</param>
/// <param name="KeyValueNorm">Of the latent vector.</param>
/// <param name="KeyValueUp">[heads * (nope + value size), rank]: the latent vector to keys and values.</param>
/// <param name="Output">From all heads to the hidden state.</param>
internal sealed record LatentAttentionWeights(
    LinearWeights? QueryDown, NormWeights? QueryNorm, LinearWeights QueryUp, LinearWeights KeyValueDown, NormWeights KeyValueNorm,
    WeightTensor KeyValueUp, LinearWeights Output)
    : IAttentionWeights
{
    public IEnumerable<WeightTensor> Tensors =>
        [
            KeyValueUp, .. QueryDown?.Tensors ?? [], .. QueryNorm?.Tensors ?? [], .. QueryUp.Tensors, .. KeyValueDown.Tensors,
            .. KeyValueNorm.Tensors, .. Output.Tensors,
        ];

    public static LatentAttentionWeights Of(DecoderSpec spec, LatentSpec latent, string prefix)
    {
        long heads = spec.Attention.Heads;
        var queries = heads * latent.QueryHeadDim;
        return new LatentAttentionWeights(
            latent.QueryRank is { } rank ? new LinearWeights($"{prefix}q_a_proj", rank, spec.HiddenSize, latent.Bias) : null,
            latent.QueryRank is { } size ? NormWeights.Of(spec, $"{prefix}q_a_layernorm", size, latent.NormEpsilon) : null,
            latent.QueryRank is { } inputs
                ? new LinearWeights($"{prefix}q_b_proj", queries, inputs, bias: false)
                : new LinearWeights($"{prefix}q_proj", queries, spec.HiddenSize, bias: false),
            new LinearWeights($"{prefix}kv_a_proj_with_mqa", latent.KeyValueRank + (long)latent.RopeDim, spec.HiddenSize, latent.Bias),
            NormWeights.Of(spec, $"{prefix}kv_a_layernorm", latent.KeyValueRank, latent.NormEpsilon),
            new WeightTensor($"{prefix}kv_b_proj.weight", heads * (latent.NopeDim + (long)latent.ValueDim), latent.KeyValueRank),
            new LinearWeights(prefix + spec.Names.AttentionOutput, spec.HiddenSize, heads * latent.ValueDim, latent.Bias));
    }
}
