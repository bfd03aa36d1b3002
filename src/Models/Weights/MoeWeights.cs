using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Weights;

/// <summary>A router, experts, and the network that computes every token.</summary>
/// <param name="Router">[experts, hidden]</param>
/// <param name="RouterBias">[experts]; null for none.</param>
/// <param name="Correction">[experts], counts in the choice only; null for none.</param>
/// <param name="GateUp">[experts, 2 * size, hidden]</param>
/// <param name="GateUpBias">[experts, 2 * size]; null for none.</param>
/// <param name="Down">[experts, hidden, size]</param>
/// <param name="DownBias">[experts, hidden]; null for none.</param>
/// <param name="Shared">Null for none.</param>
internal sealed record MoeWeights(
    WeightTensor Router, WeightTensor? RouterBias, WeightTensor? Correction, WeightTensor GateUp, WeightTensor? GateUpBias, WeightTensor Down,
    WeightTensor? DownBias, MlpWeights? Shared)
    : IMlpWeights
{
    public IEnumerable<WeightTensor> Tensors =>
        [.. new[] { Router, RouterBias, Correction, GateUp, GateUpBias, Down, DownBias }.OfType<WeightTensor>(), .. Shared?.Tensors ?? []];

    /// <param name="prefix">What the names of the layer's network begin with.</param>
    /// <param name="contains">Whether the checkpoint has a tensor.</param>
    public static MoeWeights Of(DecoderSpec spec, MoeSpec moe, string prefix, Func<string, bool> contains)
    {
        var router = $"{prefix}{spec.Names.Router}";
        var experts = $"{prefix}experts.";
        var (gateUp, down) = Matrices(spec, moe, experts, contains);
        return new MoeWeights(
            new WeightTensor($"{router}.weight", moe.Experts, spec.HiddenSize),
            moe.RouterBias ? new WeightTensor($"{router}.bias", moe.Experts) : null,
            moe.CorrectionBias ? new WeightTensor($"{router}.e_score_correction_bias", moe.Experts) { IsWide = true } : null,
            gateUp,
            moe.ExpertBias ? new WeightTensor($"{experts}gate_up_proj_bias", moe.Experts, 2L * moe.IntermediateSize) { Order = RowOrder.GateUpInTurns } : null,
            down,
            moe.ExpertBias ? new WeightTensor($"{experts}down_proj_bias", moe.Experts, spec.HiddenSize) : null,
            moe.SharedIntermediateSize is { } size ? MlpWeights.Of(spec, $"{prefix}shared_experts.", size) : null);
    }

    private static (WeightTensor GateUp, WeightTensor Down) Matrices(DecoderSpec spec, MoeSpec moe, string prefix, Func<string, bool> contains)
    {
        var (hidden, size) = ((long)spec.HiddenSize, moe.IntermediateSize);
        long[] gateUp = [moe.Experts, 2L * size, hidden];
        long[] down = [moe.Experts, hidden, size];
        if (moe.Layout == ExpertLayout.Interleaved)
        {
            return (
                new WeightTensor($"{prefix}gate_up_proj", gateUp) { InputsFirst = true, Order = RowOrder.GateUpInTurns },
                new WeightTensor($"{prefix}down_proj", down) { InputsFirst = true });
        }

        if (contains($"{prefix}gate_up_proj"))
        {
            return (new WeightTensor($"{prefix}gate_up_proj", gateUp), new WeightTensor($"{prefix}down_proj", down));
        }

        var numbers = Enumerable.Range(0, moe.Experts);
        return (
            new WeightTensor([.. numbers.SelectMany(expert => MlpWeights.GateUp(spec, $"{prefix}{expert}.", ".weight", size, hidden))], gateUp),
            new WeightTensor([.. numbers.Select(expert => new WeightPart($"{prefix}{expert}.{spec.Names.Down}.weight", hidden, size))], down));
    }
}
