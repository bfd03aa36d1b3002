using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>A normalization over the last dimension. Owns its weights.</summary>
internal interface INorm : IDisposable
{
    /// <param name="x">[..., size of the weight]</param>
    torch.Tensor Forward(torch.Tensor x);
}
