using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The gated networks of all experts of a layer.</summary>
/// <param name="gateUp">[experts, 2 * size, hidden]</param>
/// <param name="gateUpBias">[experts, 2 * size]</param>
/// <param name="down">[experts, hidden, size]</param>
/// <param name="downBias">[experts, hidden]</param>
internal sealed class Experts(torch.Tensor gateUp, torch.Tensor? gateUpBias, torch.Tensor down, torch.Tensor? downBias, Activation activation) : IDisposable
{
    public torch.Tensor GateUp => gateUp;

    public torch.Tensor Down => down;

    /// <param name="x">[rows, hidden]</param>
    public torch.Tensor Forward(int expert, torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var both = torch.nn.functional.linear(x, gateUp[expert], gateUpBias?[expert]);
        var inner = Activations.Gated(activation, both, down.shape[2]);
        return torch.nn.functional.linear(inner, down[expert], downBias?[expert]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        gateUp.Dispose();
        gateUpBias?.Dispose();
        down.Dispose();
        downBias?.Dispose();
    }
}
