using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>The part of a <see cref="KernelComparison"/> that is about experts.</summary>
internal sealed class ExpertComparison(ICheckedKernels kernels, torch.Device device, CheckData data)
{
    public const int FewRows = 16;
    public const int ManyRows = 70;

    private const int Size = 72;
    private const int Unused = 2;

    private readonly KernelDefinitions _sizes = kernels.Sizes;

    public double Route() => Math.Max(Route(1, normalize: true, 1), Math.Max(Route(3, normalize: false, 2.5f), Route(ManyRows, normalize: true, 1)));

    private double Route(int rows, bool normalize, float factor)
    {
        var logits = data.Values(4, rows, _sizes.Experts);
        var slots = Enumerable.Range(0, rows).Select(row => row == Unused ? -1 : row).ToArray();
        var routing = CheckedRouting.Room(rows, _sizes.Experts, _sizes.ExpertsPerToken, device);
        var (there, slotsThere) = (logits.to(device), torch.tensor(slots).to(device));
        kernels.Route(there, slotsThere, routing, normalize, factor);

        var (chosen, weights) = KernelTwins.Route(logits, _sizes.ExpertsPerToken, normalize, factor);
        if (rows > Unused)
        {
            chosen.AsSpan(Unused * _sizes.ExpertsPerToken, _sizes.ExpertsPerToken).Fill(-1);
            weights.narrow(0, Unused, 1).zero_();
        }

        var expected = CheckedRouting.Of(chosen, weights, _sizes.Experts);
        var isSame = Integers(routing.Chosen).SequenceEqual(chosen)
            && Integers(routing.Plan).SequenceEqual(Integers(expected.Plan))
            && Integers(routing.Order).SequenceEqual(Integers(expected.Order));
        return isSame ? CheckData.Difference(routing.Weights, weights) : double.PositiveInfinity;
    }

    public double GateUp(int rows)
    {
        var (chosen, routing) = Routed(rows);
        var (weight, x) = (data.Values(0.2, _sizes.Experts, 2 * Size, _sizes.Hidden), data.Values(1, rows, _sizes.Hidden));
        var (weightThere, xThere, inner) = (weight.to(device), x.to(device), Room(chosen.Length, Size));
        kernels.ExpertsGateUp(weightThere, xThere, routing.To(device), inner);
        return CheckData.Difference(inner, KernelTwins.ExpertsGateUp(weight, x, chosen, Integers(routing.Order), _sizes.Activation));
    }

    public double Down(int rows)
    {
        var (chosen, routing) = Routed(rows);
        var (weight, inner) = (data.Values(1, _sizes.Experts, _sizes.Hidden, Size), data.Values(1, chosen.Length, Size));
        var (weightThere, innerThere, outputs) = (weight.to(device), inner.to(device), Room(rows, _sizes.ExpertsPerToken, _sizes.Hidden));
        kernels.ExpertsDown(weightThere, innerThere, routing.To(device), outputs);
        return CheckData.Difference(outputs.view(-1, _sizes.Hidden), KernelTwins.ExpertsDown(weight, inner, chosen, Integers(routing.Order)));
    }

    public double Mix()
    {
        var (_, routing) = Routed(FewRows);
        var outputs = data.Values(1, FewRows, _sizes.ExpertsPerToken, _sizes.Hidden);
        var (there, y) = (outputs.to(device), Room(FewRows, _sizes.Hidden));
        kernels.Mix(there, routing.To(device), y);
        return CheckData.Difference(y, KernelTwins.Mix(outputs, routing.Weights));
    }

    /// <summary>Every row has one expert in common, so that this one has more rows than are computed at a time.</summary>
    private (int[] Chosen, CheckedRouting Routing) Routed(int rows)
    {
        var logits = data.Values(4, rows, _sizes.Experts);
        logits.narrow(1, 3, 1).fill_(Number.Of(5.0));
        var (chosen, weights) = KernelTwins.Route(logits, _sizes.ExpertsPerToken, normalize: true, 1);
        return (chosen, CheckedRouting.Of(chosen, weights, _sizes.Experts));
    }

    private torch.Tensor Room(params long[] shape) => torch.zeros(shape, dtype: _sizes.Dtype, device: device);

    private static int[] Integers(torch.Tensor tensor)
    {
        using var plain = tensor.to(torch.CPU).contiguous();
        return MemoryMarshal.Cast<byte, int>(plain.bytes).ToArray();
    }
}
