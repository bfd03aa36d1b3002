namespace LmDeploy.Models.Checkpoints;

/// <summary>The element types of safetensors that this engine reads.</summary>
internal static class TensorDtype
{
    /// <summary>Types that are computed with.</summary>
    public static readonly IReadOnlyList<string> Floats = ["F32", "F16", "BF16"];

    /// <summary>Bytes that stand for something else.</summary>
    public static readonly IReadOnlyList<string> Bytes = ["U8"];

    /// <summary>Words that hold several numbers of few bits, or indices.</summary>
    public static readonly IReadOnlyList<string> Words = ["I32"];

    /// <summary>Floating-point numbers of 8 bits.</summary>
    public static readonly IReadOnlyList<string> Float8 = ["F8_E4M3", "F8_E5M2"];

    /// <summary>Element sizes of every type the format defines, to check offsets of tensors that are never read too.</summary>
    private static readonly Dictionary<string, int> Bits = new(StringComparer.Ordinal)
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E5M2"] = 8, ["F8_E4M3"] = 8, ["F8_E8M0"] = 8, ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6,
        ["I16"] = 16, ["U16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["I32"] = 32, ["U32"] = 32, ["F32"] = 32,
        ["F64"] = 64, ["I64"] = 64, ["U64"] = 64, ["C64"] = 64,
    };

    public static bool TryGetBits(string name, out int bits) => Bits.TryGetValue(name, out bits);
}
