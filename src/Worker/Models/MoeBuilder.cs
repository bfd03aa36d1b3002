using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Loads the router and the experts of a layer.</summary>
internal static class MoeBuilder
{
    public static MoeMlp Build(DecoderSpec spec, MoeSpec moe, string prefix, WeightLoader weights)
    {
        var router = $"{prefix}{spec.Names.Router}";
        return new MoeMlp(
            new ExpertRouter(
                moe,
                weights.Matrix($"{router}.weight", moe.Experts, spec.HiddenSize),
                moe.RouterBias ? weights.Vector($"{router}.bias", moe.Experts) : null,
                moe.CorrectionBias ? weights.Vector($"{router}.e_score_correction_bias", moe.Experts, torch.float32) : null),
            moe.Layout == ExpertLayout.Separate ? Separate(spec, moe, $"{prefix}experts.", weights) : InterleavedExperts.Build(spec, moe, $"{prefix}experts.", weights),
            moe.SharedIntermediateSize is { } size ? MlpBuilder.Gated(spec, $"{prefix}shared_experts.", size, weights) : null,
            moe.ExpertsPerToken);
    }

    private static Experts Separate(DecoderSpec spec, MoeSpec moe, string prefix, WeightLoader weights)
    {
        var (hidden, size) = ((long)spec.HiddenSize, moe.IntermediateSize);
        if (weights.Contains($"{prefix}gate_up_proj"))
        {
            return new Experts(
                weights.Tensor($"{prefix}gate_up_proj", moe.Experts, 2L * size, hidden), null, weights.Tensor($"{prefix}down_proj", moe.Experts, hidden, size), null, spec.Activation);
        }

        var numbers = Enumerable.Range(0, moe.Experts).ToList();
        var gateUp = weights.StackedMatrix(hidden, [.. numbers.SelectMany(expert => MlpBuilder.GateUp(spec, $"{prefix}{expert}.", ".weight", size))]);
        var down = weights.StackedMatrix(size, [.. numbers.Select(expert => ($"{prefix}{expert}.{spec.Names.Down}.weight", hidden))]);
        return new Experts(
            WeightLayout.Shaped(gateUp, moe.Experts, 2L * size, hidden), null, WeightLayout.Shaped(down, moe.Experts, hidden, size), null, spec.Activation);
    }
}
