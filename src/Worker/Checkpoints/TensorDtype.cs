using TorchSharp;

namespace LmDeploy.Worker.Checkpoints;

/// <summary>The element types of safetensors that this engine reads.</summary>
internal static class TensorDtype
{
    /// <summary>Bytes; quantized weights are in them.</summary>
    public const string Byte = "U8";

    private static readonly Dictionary<string, (torch.ScalarType Type, int Size)> Known = new(StringComparer.Ordinal)
    {
        ["F32"] = (torch.ScalarType.Float32, 4),
        ["F16"] = (torch.ScalarType.Float16, 2),
        ["BF16"] = (torch.ScalarType.BFloat16, 2),
    };

    /// <summary>Element sizes of every type the format defines, to check offsets of tensors that are never read too.</summary>
    private static readonly Dictionary<string, int> Bits = new(StringComparer.Ordinal)
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E5M2"] = 8, ["F8_E4M3"] = 8, ["F8_E8M0"] = 8, ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6,
        ["I16"] = 16, ["U16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["I32"] = 32, ["U32"] = 32, ["F32"] = 32,
        ["F64"] = 64, ["I64"] = 64, ["U64"] = 64, ["C64"] = 64,
    };

    public static string Supported => string.Join(", ", Known.Keys);

    public static bool TryGet(string name, out torch.ScalarType type, out int elementSize)
    {
        var found = Known.TryGetValue(name, out var entry);
        (type, elementSize) = entry;
        return found;
    }

    public static bool TryGetBits(string name, out int bits) => Bits.TryGetValue(name, out bits);
}
