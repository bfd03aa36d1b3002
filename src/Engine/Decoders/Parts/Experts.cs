using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Kernels;
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
    private int Size => (int)down.shape[2];

    /// <param name="x">[rows, hidden]</param>
    public torch.Tensor Forward(int expert, torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var both = torch.nn.functional.linear(x, gateUp[expert], gateUpBias?[expert]);
        var inner = Activations.Gated(activation, both, Size);
        return torch.nn.functional.linear(inner, down[expert], downBias?[expert]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="INorm.Lower"/>
    public Lowering<CudaExperts> Lower() => Lowering.Unless(WhyNot(), () => new CudaExperts(gateUp, down, Size));

    public void Dispose()
    {
        gateUp.Dispose();
        gateUpBias?.Dispose();
        down.Dispose();
        downBias?.Dispose();
    }

    private string? WhyNot() => true switch
    {
        _ when !KernelDefinitions.Computes(activation) => $"experts: the activation {activation} has no kernel form",
        _ when gateUpBias is not null || downBias is not null => "experts: their projections have biases",
        _ when !gateUp.is_contiguous() || !down.is_contiguous() => "experts: matrices with their inputs before their outputs have no kernel form",
        _ when Size % 8 != 0 => $"experts: their inner size of {Size} is no multiple of 8",
        _ => null,
    };
}
