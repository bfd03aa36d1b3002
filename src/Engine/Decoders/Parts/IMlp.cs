using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The feed-forward network of one layer. Owns its weights.</summary>
internal interface IMlp : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    torch.Tensor Forward(torch.Tensor x);
}
