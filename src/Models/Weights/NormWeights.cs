using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>A normalization.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="Weight">[size]</param>
/// <param name="Bias">[size]; null for none.</param>
/// <param name="Epsilon">What guards the division.</param>
internal sealed record NormWeights(NormKind Kind, WeightTensor Weight, WeightTensor? Bias, double Epsilon)
{
    public IEnumerable<WeightTensor> Tensors => Bias is null ? [Weight] : [Weight, Bias];

    /// <param name="name">Without the <c>.weight</c>.</param>
    /// <param name="epsilon">Null for the model's.</param>
    public static NormWeights Of(DecoderSpec spec, string name, long size, double? epsilon = null) => new(
        spec.Norm,
        new WeightTensor($"{name}.weight", size) { IsWide = spec.Norm is NormKind.WideRms or NormKind.OffsetRms, AddsOne = spec.Norm == NormKind.OffsetRms },
        spec.Norm == NormKind.Layer ? new WeightTensor($"{name}.bias", size) : null,
        epsilon ?? spec.NormEpsilon);
}
