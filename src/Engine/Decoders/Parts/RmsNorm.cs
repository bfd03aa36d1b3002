using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>
/// Root-mean-square normalization, computed in float32 (https://arxiv.org/abs/1910.07467). A weight in float32 is applied
/// before the result is rounded to the input's type, another one after.
/// </summary>
internal sealed class RmsNorm(torch.Tensor weight, double epsilon) : INorm
{
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var wide = x.to(torch.float32);
        var normalized = wide * torch.rsqrt((wide * wide).mean([-1], keepdim: true).Plus(epsilon));
        var scaled = weight.dtype == torch.float32 ? (normalized * weight).to(x.dtype) : normalized.to(x.dtype) * weight;
        return scaled.MoveToOuterDisposeScope();
    }

    public Lowering<CudaNorm> Lower() => Lowering.To(new CudaNorm(weight, (float)epsilon));

    public void Dispose() => weight.Dispose();
}
