using System.Runtime.InteropServices;

namespace LmDeploy.Tests.Quantized;

/// <summary>Tensors of a checkpoint from arrays.</summary>
internal static class Bytes
{
    public static (string Dtype, long[] Shape, byte[] Data) Words(int[] values, params long[] shape) =>
        ("I32", shape, MemoryMarshal.AsBytes<int>(values).ToArray());

    public static (string Dtype, long[] Shape, byte[] Data) Halves(float[] values, params long[] shape) =>
        ("F16", shape, MemoryMarshal.AsBytes<Half>([.. values.Select(value => (Half)value)]).ToArray());

    public static (string Dtype, long[] Shape, byte[] Data) Floats(float[] values, params long[] shape) =>
        ("F32", shape, MemoryMarshal.AsBytes<float>(values).ToArray());
}
