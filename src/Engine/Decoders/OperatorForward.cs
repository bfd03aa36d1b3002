using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.StepInput;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>The forward pass in libtorch's operators: on a CPU, for parts without a kernel form, and as the reference for the kernels.</summary>
/// <param name="parts">Not owned.</param>
internal sealed class OperatorForward(DecoderParts parts) : IForward
{
    private readonly SlotBuffer _slots = new();

    public torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight)
    {
        using var scope = torch.NewDisposeScope();
        var (windows, embedding) = (parts.Spec.SlidingWindows, parts.Embedding);
        var step = new StepContext(batch, cache, windows, _slots, embedding.Weight.device);
        var x = embedding.Forward(step);
        var angles = parts.Rope?.For(batch, step.Positions, embedding.Weight.dtype);
        var slidingAngles = parts.SlidingRope?.For(batch, step.Positions, embedding.Weight.dtype) ?? angles;
        for (var layer = 0; layer < parts.Layers.Count; layer++)
        {
            var next = parts.Layers[layer].Forward(x, step, windows[layer] is null ? angles : slidingAngles);
            x.Dispose();
            x = next;
            flight?.Advance();
        }

        return parts.FinalNorm.Forward(x).MoveToOuterDisposeScope();
    }

    /// <exception cref="InvalidOperationException">The model has no output projection.</exception>
    public torch.Tensor Logits(torch.Tensor hidden) =>
        parts.Head?.Forward(hidden) ?? throw new InvalidOperationException($"{parts.Spec.Architecture} has no output projection.");

    public void Dispose() => _slots.Dispose();
}
