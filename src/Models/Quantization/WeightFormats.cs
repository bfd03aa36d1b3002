using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Quantization;

/// <summary>The formats of quantized weights that are read.</summary>
internal static class WeightFormats
{
    private const string MethodKey = "quant_method";

    public static IReadOnlyList<WeightFormatKind> All { get; } =
    [
        new("awq", "4 bits, version gemm", AwqFormat.Read),
        new("gptq", "4 and 8 bits, layouts gptq and gptq_v2", GptqFormat.Read),
        new("fp8", "scales for blocks, outputs or matrices", Fp8Format.Read),
        new("fbgemm_fp8", "scales for outputs", _ => new Fp8Format("fbgemm_fp8", null)),
        new(CompressedTensors.Method, "8-bit float weights", CompressedTensors.Read),
        new("mxfp4", "experts of GPT-OSS", Mxfp4Format.Read),
    ];

    /// <returns>Null for a model whose weights are plain numbers.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedDtype"/> for what is not read, or <see cref="ErrorCodes.InvalidConfig"/>.</exception>
    public static IWeightFormat? Find(string folder, ConfigFile config)
    {
        if (Section(folder, config) is not ({ } section, var defaultMethod))
        {
            return null;
        }

        var method = section.String(MethodKey) ?? defaultMethod;
        return All.FirstOrDefault(kind => kind.Method == method)?.Read(section)
            ?? throw section.Unsupported(
                MethodKey,
                $"is '{method}', a quantized checkpoint that is not read; supported are plain F32, F16 and BF16 weights, "
                    + $"and {string.Join(", ", All.Select(kind => $"{kind.Method} ({kind.Reads})"))}");
    }

    /// <summary>config.json in its spellings of today and of before, then the files that AutoGPTQ and AutoAWQ wrote beside it.</summary>
    /// <returns>What the section says, and the method that it means where it names none.</returns>
    private static (ConfigFile? Section, string? DefaultMethod) Section(string folder, ConfigFile config)
    {
        const string key = "quantization_config";
        if ((config.Section(key) ?? config.Section("text_config")?.Section(key)) is { } section)
        {
            return (section.Section(key) ?? section, null);
        }

        if (config.Section("compression_config") is { } compression)
        {
            return (compression.Section(key) ?? compression, CompressedTensors.Method);
        }

        return ConfigFile.TryOpen(folder, "quantize_config.json") is { } gptq ? (gptq, "gptq") : (ConfigFile.TryOpen(folder, "quant_config.json"), "awq");
    }
}
