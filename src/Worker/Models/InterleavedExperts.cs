using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Loads experts as GPT-OSS has them: one tensor for all, gate and up in turns.</summary>
internal static class InterleavedExperts
{
    public static Experts Build(DecoderSpec spec, MoeSpec moe, string prefix, WeightLoader weights)
    {
        var (experts, hidden, size) = ((long)moe.Experts, (long)spec.HiddenSize, (long)moe.IntermediateSize);
        return new Experts(
            WeightLayout.Deinterleaved(Matrices($"{prefix}gate_up_proj", 2 * size, hidden)),
            moe.ExpertBias ? WeightLayout.Deinterleaved(weights.Tensor($"{prefix}gate_up_proj_bias", experts, 2 * size)) : null,
            Matrices($"{prefix}down_proj", hidden, size),
            moe.ExpertBias ? weights.Tensor($"{prefix}down_proj_bias", experts, hidden) : null,
            spec.Activation);

        torch.Tensor Matrices(string name, long outputs, long inputs) => moe.Layout == ExpertLayout.InterleavedMxfp4
            ? Mxfp4.Load(weights, name, experts, outputs, inputs)
            : WeightLayout.Transposed(weights.Tensor(name, experts, inputs, outputs));
    }
}
