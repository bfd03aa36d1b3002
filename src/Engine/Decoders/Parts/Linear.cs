using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>A product with a weight matrix [outputs, inputs] and an optional bias [outputs]. Owns both.</summary>
internal sealed class Linear(torch.Tensor weight, torch.Tensor? bias = null) : IDisposable
{
    public torch.Tensor Weight => weight;

    public torch.Tensor? Bias => bias;

    /// <param name="x">[rows, inputs]</param>
    /// <returns>[rows, outputs]</returns>
    public torch.Tensor Forward(torch.Tensor x) => torch.nn.functional.linear(x, weight, bias);

    public void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}
