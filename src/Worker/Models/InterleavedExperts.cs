using LmDeploy.Worker.Models.Parts;

namespace LmDeploy.Worker.Models;

/// <summary>Loads experts as GPT-OSS has them: one tensor for all, gate and up in turns.</summary>
internal static class InterleavedExperts
{
    public static Experts Build(DecoderSpec spec, MoeSpec moe, string prefix, WeightLoader weights)
    {
        var (experts, hidden, size) = ((long)moe.Experts, (long)spec.HiddenSize, (long)moe.IntermediateSize);
        return new Experts(
            weights.Layout.Deinterleaved(weights.InputsFirst($"{prefix}gate_up_proj", experts, 2 * size, hidden)),
            moe.ExpertBias ? weights.Layout.Deinterleaved(weights.Tensor($"{prefix}gate_up_proj_bias", experts, 2 * size)) : null,
            weights.InputsFirst($"{prefix}down_proj", experts, hidden, size),
            moe.ExpertBias ? weights.Tensor($"{prefix}down_proj_bias", experts, hidden) : null,
            spec.Activation);
    }
}
