using TorchSharp;

namespace LmDeploy.Worker.Checkpoints;

/// <summary>The element types of safetensors that this engine reads.</summary>
internal static class TensorDtype
{
    /// <summary>Types that are computed with.</summary>
    public static readonly IReadOnlyList<string> Floats = ["F32", "F16", "BF16"];

    /// <summary>Bytes that stand for something else.</summary>
    public static readonly IReadOnlyList<string> Bytes = ["U8"];

    /// <summary>Words that hold several numbers of few bits, or indices.</summary>
    public static readonly IReadOnlyList<string> Words = ["I32"];

    /// <summary>Floating-point numbers of 8 bits; libtorch gets them as bytes.</summary>
    public static readonly IReadOnlyList<string> Float8 = ["F8_E4M3", "F8_E5M2"];

    private static readonly Dictionary<string, torch.ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = torch.ScalarType.Float32, ["F16"] = torch.ScalarType.Float16, ["BF16"] = torch.ScalarType.BFloat16,
        ["U8"] = torch.ScalarType.Byte, ["F8_E4M3"] = torch.ScalarType.Byte, ["F8_E5M2"] = torch.ScalarType.Byte,
        ["I32"] = torch.ScalarType.Int32,
    };

    /// <summary>Element sizes of every type the format defines, to check offsets of tensors that are never read too.</summary>
    private static readonly Dictionary<string, int> Bits = new(StringComparer.Ordinal)
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E5M2"] = 8, ["F8_E4M3"] = 8, ["F8_E8M0"] = 8, ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6,
        ["I16"] = 16, ["U16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["I32"] = 32, ["U32"] = 32, ["F32"] = 32,
        ["F64"] = 64, ["I64"] = 64, ["U64"] = 64, ["C64"] = 64,
    };

    /// <summary>What libtorch holds such elements in.</summary>
    public static torch.ScalarType TypeOf(string name) => Types[name];

    public static bool TryGetBits(string name, out int bits) => Bits.TryGetValue(name, out bits);
}
