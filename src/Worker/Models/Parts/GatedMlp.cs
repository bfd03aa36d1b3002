using TorchSharp;

namespace LmDeploy.Worker.Models.Parts;

/// <summary>down(silu(gate(x)) * up(x)), with gate and up stacked in one matrix. Owns its weights.</summary>
internal sealed class GatedMlp(Linear gateUp, Linear down, int intermediateSize) : IDisposable
{
    /// <param name="x">[rows, hidden]</param>
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var both = gateUp.Forward(x);
        var gate = torch.nn.functional.silu(both.narrow(1, 0, intermediateSize));
        return down.Forward(gate * both.narrow(1, intermediateSize, intermediateSize)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        gateUp.Dispose();
        down.Dispose();
    }
}
