using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;

namespace LmDeploy.Engine.Decoders;

/// <summary>Loads the feed-forward network of a layer.</summary>
internal static class MlpBuilder
{
    public static IMlp Build(DecoderSpec spec, IMlpWeights weights, WeightLoader loader) => weights switch
    {
        MoeWeights moe when spec.Moe is { } experts => Moe(spec, experts, moe, loader),
        MlpWeights dense => Dense(spec, dense, loader),
        _ => throw new ArgumentOutOfRangeException(nameof(weights), weights, "It is no kind of network."),
    };

    private static IMlp Dense(DecoderSpec spec, MlpWeights weights, WeightLoader loader)
    {
        var (up, down) = (loader.Linear(weights.Up), loader.Linear(weights.Down));
        return spec.GatedMlp ? new GatedMlp(up, down, weights.Size, spec.Activation) : new PlainMlp(up, down, spec.Activation);
    }

    private static MoeMlp Moe(DecoderSpec spec, MoeSpec moe, MoeWeights weights, WeightLoader loader) => new(
        new ExpertRouter(moe, loader.Load(weights.Router), loader.LoadIfAny(weights.RouterBias), loader.LoadIfAny(weights.Correction)),
        new Experts(
            loader.Load(weights.GateUp), loader.LoadIfAny(weights.GateUpBias), loader.Load(weights.Down), loader.LoadIfAny(weights.DownBias), spec.Activation),
        weights.Shared is { } shared ? Dense(spec, shared, loader) : null,
        moe.ExpertsPerToken);
}
