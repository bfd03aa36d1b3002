using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>The non-linearities by name.</summary>
internal static class Activations
{
    private const double SwiGluLimit = 7;
    private const double SwiGluAlpha = 1.702;

    public static torch.Tensor Apply(Activation activation, torch.Tensor x) => activation switch
    {
        Activation.Silu => torch.nn.functional.silu(x),
        Activation.Gelu => torch.nn.functional.gelu(x),
        Activation.GeluTanh => GeluTanh(x),
        Activation.Relu => torch.nn.functional.relu(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "It is for gated networks."),
    };

    /// <param name="both">Gate and up side by side: [rows, 2 * size].</param>
    /// <returns>The activation of the gate times up: [rows, size].</returns>
    public static torch.Tensor Gated(Activation activation, torch.Tensor both, long size)
    {
        using var scope = torch.NewDisposeScope();
        var gate = both.narrow(1, 0, size);
        var up = both.narrow(1, size, size);
        var product = activation == Activation.ClampedSwiGlu ? ClampedSwiGlu(gate, up) : Apply(activation, gate) * up;
        return product.MoveToOuterDisposeScope();
    }

    private static torch.Tensor GeluTanh(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var wide = x.to(torch.float32);
        var inner = wide.Plus(wide.Times(0.044715) * wide * wide).Times(Math.Sqrt(2 / Math.PI));
        return (wide.Times(0.5) * inner.tanh().Plus(1)).to(x.dtype).MoveToOuterDisposeScope();
    }

    private static torch.Tensor ClampedSwiGlu(torch.Tensor gate, torch.Tensor up)
    {
        var clamped = gate.clamp_max(Number.Of(SwiGluLimit));
        return up.clamp(Number.Of(-SwiGluLimit), Number.Of(SwiGluLimit)).Plus(1) * (clamped * clamped.Times(SwiGluAlpha).sigmoid());
    }
}
