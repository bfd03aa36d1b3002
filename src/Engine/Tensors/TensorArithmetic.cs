using TorchSharp;

namespace LmDeploy.Engine.Tensors;

/// <summary>In place of those operators of TorchSharp that make a <see cref="Scalar"/>; see <see cref="Number"/>. Even the sum of two tensors does.</summary>
internal static class TensorArithmetic
{
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, Number.Of(1L));

    public static torch.Tensor Plus(this torch.Tensor x, double number) => x.add(Number.Of(number), Number.Of(1L));

    public static torch.Tensor Plus(this torch.Tensor x, long number) => x.add(Number.Of(number), Number.Of(1L));

    public static torch.Tensor Times(this torch.Tensor x, double number) => x.mul(Number.Of(number));

    public static torch.Tensor Over(this torch.Tensor x, double number) => x.div(Number.Of(number));

    /// <summary>Integers from the first up to, but without, the end.</summary>
    /// <returns>[end - first], int64</returns>
    public static torch.Tensor Range(long first, long end, torch.Device device)
    {
        using var start = first.ToScalar();
        using var stop = end.ToScalar();
        return torch.arange(start, stop, Number.Of(1L), torch.int64, device);
    }
}
