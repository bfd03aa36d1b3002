using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Loads norms.</summary>
internal static class NormBuilder
{
    /// <param name="name">Without the <c>.weight</c>.</param>
    /// <param name="epsilon">Null for the model's.</param>
    public static INorm Build(DecoderSpec spec, string name, int size, WeightLoader weights, double? epsilon = null)
    {
        var small = epsilon ?? spec.NormEpsilon;
        return spec.Norm switch
        {
            NormKind.Layer => new LayerNorm(weights.Vector($"{name}.weight", size), weights.Vector($"{name}.bias", size), small),
            NormKind.Rms => new RmsNorm(weights.Vector($"{name}.weight", size), small),
            NormKind.WideRms => new RmsNorm(weights.Vector($"{name}.weight", size, torch.float32), small),
            NormKind.OffsetRms => new RmsNorm(weights.Layout.Plus(weights.Vector($"{name}.weight", size, torch.float32), 1), small),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Norm, "It is no kind of norm."),
        };
    }
}
