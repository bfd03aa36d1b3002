using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Normalization by mean and variance (https://arxiv.org/abs/1607.06450).</summary>
internal sealed class LayerNorm(torch.Tensor weight, torch.Tensor bias, double epsilon) : INorm
{
    public torch.Tensor Forward(torch.Tensor x) => torch.nn.functional.layer_norm(x, weight.shape, weight, bias, epsilon);

    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}
