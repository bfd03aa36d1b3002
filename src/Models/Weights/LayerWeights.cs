using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>One layer; a norm that is null is not there.</summary>
internal sealed record LayerWeights(
    NormWeights? AttentionInputNorm, IAttentionWeights Attention, NormWeights? AttentionOutputNorm, NormWeights? MlpInputNorm, IMlpWeights Mlp,
    NormWeights? MlpOutputNorm)
{
    public IEnumerable<WeightTensor> Tensors =>
    [
        .. AttentionInputNorm?.Tensors ?? [], .. Attention.Tensors, .. AttentionOutputNorm?.Tensors ?? [], .. MlpInputNorm?.Tensors ?? [],
        .. Mlp.Tensors, .. MlpOutputNorm?.Tensors ?? [],
    ];

    /// <param name="prefix">What the names of the layer begin with.</param>
    /// <param name="contains">Whether the checkpoint has a tensor.</param>
    public static LayerWeights Of(DecoderSpec spec, int layer, string prefix, Func<string, bool> contains)
    {
        var names = spec.Names;
        var mlp = $"{prefix}{names.Mlp}.";
        return new LayerWeights(
            Norm(names.AttentionInputNorm),
            AttentionWeights.Of(spec, $"{prefix}{names.Attention}."),
            Norm(names.AttentionOutputNorm),
            Norm(names.MlpInputNorm),
            spec.Moe is { } moe && moe.SparseLayers[layer] ? MoeWeights.Of(spec, moe, mlp, contains) : MlpWeights.Of(spec, mlp, spec.IntermediateSize),
            Norm(names.MlpOutputNorm));

        NormWeights? Norm(string? name) => name is null ? null : NormWeights.Of(spec, prefix + name, spec.HiddenSize);
    }
}
