using LmDeploy.Engine.Decoders.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The projection to the logits of all tokens.</summary>
/// <param name="projection">Owned, unless it is shared.</param>
/// <param name="isShared">Whether its matrix is that of the embedding.</param>
internal sealed class OutputHead(Linear projection, bool isShared) : IDisposable
{
    /// <param name="hidden">[rows, hidden]</param>
    /// <returns>[rows, vocabulary], in the engine's type.</returns>
    public torch.Tensor Forward(torch.Tensor hidden) => projection.Forward(hidden);

    /// <inheritdoc cref="INorm.Lower"/>
    public Lowering<CudaProduct> Lower() =>
        projection.Bias is null ? projection.Lower("head") : Lowering.Refuse<CudaProduct>("head: its projection has a bias");

    public void Dispose()
    {
        if (!isShared)
        {
            projection.Dispose();
        }
    }
}
