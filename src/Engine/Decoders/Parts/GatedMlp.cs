using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>down(activation(gate(x)) * up(x)), with gate and up stacked in one matrix.</summary>
internal sealed class GatedMlp(Linear gateUp, Linear down, int intermediateSize, Activation activation) : IMlp
{
    public Linear GateUp => gateUp;

    public Linear Down => down;

    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        return down.Forward(Activations.Gated(activation, gateUp.Forward(x), intermediateSize)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        gateUp.Dispose();
        down.Dispose();
    }
}
