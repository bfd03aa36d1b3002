using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>down(activation(up(x))).</summary>
internal sealed class PlainMlp(Linear up, Linear down, Activation activation) : IMlp
{
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        return down.Forward(Activations.Apply(activation, up.Forward(x))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
    }
}
