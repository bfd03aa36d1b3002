using LmDeploy.Engine.Decoders.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>A product with a weight matrix [outputs, inputs] and an optional bias [outputs]. Owns both.</summary>
internal sealed class Linear(torch.Tensor weight, torch.Tensor? bias = null) : IDisposable
{
    public torch.Tensor? Bias => bias;

    /// <param name="x">[rows, inputs]</param>
    /// <returns>[rows, outputs]</returns>
    public torch.Tensor Forward(torch.Tensor x) => torch.nn.functional.linear(x, weight, bias);

    /// <summary>The kernel form of the product with the matrix; the bias is for the part that it belongs to.</summary>
    /// <param name="part">For the reason why there is none.</param>
    public Lowering<CudaProduct> Lower(string part) => CudaProduct.Of(weight, part);

    public void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}
