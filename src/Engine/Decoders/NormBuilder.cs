using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;

namespace LmDeploy.Engine.Decoders;

/// <summary>Loads norms.</summary>
internal static class NormBuilder
{
    public static INorm? BuildIfAny(NormWeights? norm, WeightLoader loader) => norm is null ? null : Build(norm, loader);

    public static INorm Build(NormWeights norm, WeightLoader loader)
    {
        var weight = loader.Load(norm.Weight);
        return norm.Kind == NormKind.Layer
            ? new LayerNorm(weight, loader.Load(norm.Bias ?? throw new ArgumentException("A layer norm has a bias.", nameof(norm))), norm.Epsilon)
            : new RmsNorm(weight, norm.Epsilon);
    }
}
