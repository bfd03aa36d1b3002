using LmDeploy.Engine.Decoders.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>A normalization over the last dimension. Owns its weights.</summary>
internal interface INorm : IDisposable
{
    /// <param name="x">[..., size of the weight]</param>
    torch.Tensor Forward(torch.Tensor x);

    /// <summary>The kernel form, whose weights stay this part's, or the reason why there is none.</summary>
    Lowering<CudaNorm> Lower() => Lowering.Refuse<CudaNorm>($"norm: {GetType().Name} has no kernel form");
}
