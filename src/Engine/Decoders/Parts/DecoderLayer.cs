using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>One transformer block, with a norm before or after each half, or both. Owns its parts.</summary>
internal sealed class DecoderLayer(INorm? attentionInput, IAttention attention, INorm? attentionOutput, INorm? mlpInput, IMlp mlp, INorm? mlpOutput) : IDisposable
{
    public INorm? AttentionInputNorm => attentionInput;

    public IAttention Attention => attention;

    public INorm? AttentionOutputNorm => attentionOutput;

    public INorm? MlpInputNorm => mlpInput;

    public IMlp Mlp => mlp;

    public INorm? MlpOutputNorm => mlpOutput;

    /// <param name="x">[rows, hidden]</param>
    /// <param name="angles">Null where positions are not rotated.</param>
    public torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles)
    {
        using var scope = torch.NewDisposeScope();
        var attended = x.Plus(Normalize(attentionOutput, attention.Forward(Normalize(attentionInput, x), step, angles)));
        return attended.Plus(Normalize(mlpOutput, mlp.Forward(Normalize(mlpInput, attended)))).MoveToOuterDisposeScope();
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
