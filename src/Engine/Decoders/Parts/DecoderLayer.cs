using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>One transformer block, with a norm before or after each half, or both. Owns its parts.</summary>
internal sealed class DecoderLayer(
    INorm? attentionInput, IAttention attention, INorm? attentionOutput, INorm? mlpInput, IMlp mlp, INorm? mlpOutput) : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    /// <param name="angles">Null where positions are not rotated.</param>
    public torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles)
    {
        using var scope = torch.NewDisposeScope();
        var attended = x.Plus(Normalize(attentionOutput, attention.Forward(Normalize(attentionInput, x), step, angles)));
        return attended.Plus(Normalize(mlpOutput, mlp.Forward(Normalize(mlpInput, attended)))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="IAttention.Lower"/>
    public Lowering<CudaLayer> Lower(CudaRotation? rotation) =>
        from attentionInputNorm in Lowering.OfAny(attentionInput, norm => norm.Lower())
        from attending in attention.Lower(rotation)
        from attentionOutputNorm in Lowering.OfAny(attentionOutput, norm => norm.Lower())
        from mlpInputNorm in Lowering.OfAny(mlpInput, norm => norm.Lower())
        from network in mlp.Lower()
        from mlpOutputNorm in Lowering.OfAny(mlpOutput, norm => norm.Lower())
        select new CudaLayer(attentionInputNorm, attending, attentionOutputNorm, mlpInputNorm, network, mlpOutputNorm);

    /// <inheritdoc cref="DecoderParts.AskEach"/>
    public IEnumerable<PartAnswer> AskEach()
    {
        PartAnswer?[] answers =
        [
            PartAnswer.Of("norm", attentionInput?.Lower()),
            PartAnswer.Of("attention", attention.Lower(rotation: null)),
            PartAnswer.Of("norm", attentionOutput?.Lower()),
            PartAnswer.Of("norm", mlpInput?.Lower()),
            PartAnswer.Of("feed-forward network", mlp.Lower()),
            PartAnswer.Of("norm", mlpOutput?.Lower()),
        ];
        return answers.OfType<PartAnswer>();
    }

    public void Dispose()
    {
        attentionInput?.Dispose();
        attention.Dispose();
        attentionOutput?.Dispose();
        mlpInput?.Dispose();
        mlp.Dispose();
        mlpOutput?.Dispose();
    }

    private static torch.Tensor Normalize(INorm? norm, torch.Tensor x) => norm is null ? x : norm.Forward(x);
}
