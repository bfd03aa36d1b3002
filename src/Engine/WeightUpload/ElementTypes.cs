using TorchSharp;

namespace LmDeploy.Engine.WeightUpload;

/// <summary>What libtorch holds the elements of safetensors in; those of 8-bit floating point as bytes.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<string, torch.ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = torch.ScalarType.Float32, ["F16"] = torch.ScalarType.Float16, ["BF16"] = torch.ScalarType.BFloat16,
        ["U8"] = torch.ScalarType.Byte, ["F8_E4M3"] = torch.ScalarType.Byte, ["F8_E5M2"] = torch.ScalarType.Byte,
        ["I32"] = torch.ScalarType.Int32,
    };

    /// <param name="name">As safetensors spells it.</param>
    public static torch.ScalarType Of(string name) => Types[name];
}
