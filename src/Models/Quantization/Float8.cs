namespace LmDeploy.Models.Quantization;

/// <summary>What the bytes of floating-point numbers of 8 bits stand for (OCP 8-bit Floating Point Specification 1.0).</summary>
internal static class Float8
{
    private const int E4M3Bias = 7;

    /// <summary>The value of every byte.</summary>
    /// <param name="dtype">As safetensors spells it.</param>
    public static float[] Values(string dtype) => [.. Enumerable.Range(0, 256).Select(code => dtype == "F8_E5M2" ? E5M2((byte)code) : E4M3((byte)code))];

    /// <summary>4 bits of exponent, 3 of fraction; no infinity, and one NaN of each sign.</summary>
    private static float E4M3(byte code)
    {
        var (exponent, fraction) = ((code >> 3) & 15, code & 7);
        var magnitude = (exponent, fraction) switch
        {
            (15, 7) => float.NaN,
            (0, _) => MathF.ScaleB(fraction / 8f, 1 - E4M3Bias),
            _ => MathF.ScaleB(1 + (fraction / 8f), exponent - E4M3Bias),
        };
        return (code & 128) == 0 ? magnitude : -magnitude;
    }

    /// <summary>The upper half of a 16-bit number.</summary>
    private static float E5M2(byte code) => (float)BitConverter.UInt16BitsToHalf((ushort)(code << 8));
}
