using LmDeploy.Engine.Cache;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>
/// A decoder-only transformer with its weights on one device, and the form in which its steps run. Owns them. The engine's thread alone may use it.
/// </summary>
/// <param name="parts">Owned.</param>
internal sealed class Decoder(DecoderParts parts) : IDisposable
{
    public DecoderSpec Spec => parts.Spec;

    public DecoderParts Parts => parts;

    /// <summary>Whether a token's key depends on the length of its sequence (dynamic RoPE). Such keys cannot be shared through the prefix cache.</summary>
    public bool KeysDependOnLength => parts.Rope is { DependsOnLength: true } || parts.SlidingRope is { DependsOnLength: true };

    public torch.Device Device => parts.Embedding.Weight.device;

    public torch.ScalarType Dtype => parts.Embedding.Weight.dtype;

    /// <summary>The current form of the forward pass: operators until <see cref="Use"/> replaces it.</summary>
    public IForward Current { get; private set; } = new OperatorForward(parts);

    /// <summary>Whether steps run in our kernels.</summary>
    public bool UsesKernels => Current is not OperatorForward;

    /// <summary>Replaces the form of the forward pass.</summary>
    /// <param name="forward">Over this decoder's parts. Owned from here on; the one before is disposed.</param>
    public void Use(IForward forward)
    {
        Current.Dispose();
        Current = forward;
    }

    /// <inheritdoc cref="IForward.Forward"/>
    public torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight = null) => Current.Forward(batch, cache, flight);

    /// <param name="hidden">[rows, hidden], of <see cref="Forward"/>.</param>
    /// <returns>[rows, vocabulary], float32.</returns>
    /// <exception cref="InvalidOperationException">The model has no output projection.</exception>
    public torch.Tensor Logits(torch.Tensor hidden)
    {
        using var scope = torch.NewDisposeScope();
        return Wide(Current.Logits(hidden), Spec.LogitCap).MoveToOuterDisposeScope();
    }

    /// <summary>Converts logits to float32 and applies the soft cap.</summary>
    public static torch.Tensor Wide(torch.Tensor logits, double? cap)
    {
        var wide = logits.to(torch.float32);
        return cap is { } bound ? wide.Over(bound).tanh().Times(bound) : wide;
    }

    /// <param name="hidden">[rows, hidden], of <see cref="Forward"/>.</param>
    /// <returns>[rows], float32: what the score layers of a reward model make of each.</returns>
    /// <exception cref="InvalidOperationException">It is no reward model.</exception>
    public torch.Tensor Scores(torch.Tensor hidden) =>
        parts.Score?.Forward(hidden) ?? throw new InvalidOperationException($"{Spec.Architecture} has no score layer.");

    public void Dispose()
    {
        Current.Dispose();
        parts.Dispose();
    }
}
