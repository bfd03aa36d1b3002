using LmDeploy.Worker.Steps;
using TorchSharp;

namespace LmDeploy.Worker.Models.Parts;

/// <summary>One pre-norm transformer block. Owns its parts.</summary>
internal sealed class DecoderLayer(RmsNorm inputNorm, Attention attention, RmsNorm postAttentionNorm, GatedMlp mlp) : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    public torch.Tensor Forward(torch.Tensor x, StepContext step, torch.Tensor cosine, torch.Tensor sine)
    {
        using var scope = torch.NewDisposeScope();
        var attended = x + attention.Forward(inputNorm.Forward(x), step, cosine, sine);
        return (attended + mlp.Forward(postAttentionNorm.Forward(attended))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        inputNorm.Dispose();
        attention.Dispose();
        postAttentionNorm.Dispose();
        mlp.Dispose();
    }
}
