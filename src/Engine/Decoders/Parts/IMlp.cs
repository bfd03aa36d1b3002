using LmDeploy.Engine.Decoders.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The feed-forward network of one layer. Owns its weights.</summary>
internal interface IMlp : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    torch.Tensor Forward(torch.Tensor x);

    /// <inheritdoc cref="INorm.Lower"/>
    Lowering<ICudaMlp> Lower() => Lowering.Refuse<ICudaMlp>($"feed-forward network: {GetType().Name} has no kernel form");
}
