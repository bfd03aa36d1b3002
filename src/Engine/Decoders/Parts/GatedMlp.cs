using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>down(activation(gate(x)) * up(x)), with gate and up stacked in one matrix.</summary>
internal sealed class GatedMlp(Linear gateUp, Linear down, int intermediateSize, Activation activation) : IMlp
{
    public torch.Tensor Forward(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        return down.Forward(Activations.Gated(activation, gateUp.Forward(x), intermediateSize)).MoveToOuterDisposeScope();
    }

    public Lowering<ICudaMlp> Lower() => WhyNot() is { } reason
        ? Lowering.Refuse<ICudaMlp>(reason)
        : from first in gateUp.Lower("feed-forward network")
          from second in down.Lower("feed-forward network")
          select (ICudaMlp)new CudaGatedMlp(first, second);

    public void Dispose()
    {
        gateUp.Dispose();
        down.Dispose();
    }

    private string? WhyNot() => true switch
    {
        _ when !KernelDefinitions.Computes(activation) => $"feed-forward network: the activation {activation} has no kernel form",
        _ when gateUp.Bias is not null || down.Bias is not null => "feed-forward network: its projections have biases",
        _ when intermediateSize % 8 != 0 => $"feed-forward network: its inner size of {intermediateSize} is no multiple of 8",
        _ => null,
    };
}
