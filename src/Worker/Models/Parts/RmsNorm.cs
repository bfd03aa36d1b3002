using TorchSharp;

namespace LmDeploy.Worker.Models.Parts;

/// <summary>Root-mean-square normalization over the last dimension, computed in float32 (https://arxiv.org/abs/1910.07467). Owns its weight.</summary>
internal sealed class RmsNorm(torch.Tensor weight, double epsilon) : IDisposable
{
    /// <param name="x">[..., size of the weight]</param>
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var wide = x.to(torch.float32);
        var scale = torch.rsqrt((wide * wide).mean([-1], keepdim: true) + epsilon);
        return ((wide * scale).to(x.dtype) * weight).MoveToOuterDisposeScope();
    }

    public void Dispose() => weight.Dispose();
}
