using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Worker.Errors;

namespace LmDeploy.Worker.Models.Families;

/// <summary>The architectures this engine runs.</summary>
internal static class ModelFamilies
{
    private static readonly IReadOnlyList<IModelFamily> All =
    [
        new DeepseekV3Family(),
        new Gemma2Family(),
        new Gemma3Family(),
        new Glm4Family(),
        new Gpt2Family(),
        new GptOssFamily(),
        new InternLm2Family(),
        new InternLm3Family(),
        new LlamaFamily(),
        new MistralFamily(),
        new MixtralFamily(),
        new Olmo2Family(),
        new Phi3Family(),
        new Qwen2Family(),
        new Qwen3Family(),
        new Qwen3MoeFamily(),
    ];

    private static string Names => string.Join(", ", All.Select(family => family.Architecture));

    /// <summary>Reads what config.json describes.</summary>
    /// <exception cref="EngineException">
    /// <see cref="ErrorCodes.UnsupportedArchitecture"/>, <see cref="ErrorCodes.UnsupportedDtype"/> for quantized weights that are not read, or <see cref="ErrorCodes.InvalidConfig"/>.
    /// </exception>
    public static DecoderSpec Describe(ConfigFile config)
    {
        var architectures = config.Strings("architectures") ?? throw config.Missing("architectures", "an array with one of " + Names);
        foreach (var architecture in architectures)
        {
            if (All.FirstOrDefault(family => family.Architecture == architecture || ModelHeads.IsOf(architecture, family)) is { } family)
            {
                CheckQuantization(config, family);
                return ModelHeads.Put(family.Describe(config), architecture, config);
            }
        }

        throw new EngineException(
            ErrorCodes.UnsupportedArchitecture,
            $"'{config.Path}': architecture '{string.Join(", ", architectures)}' is not supported; supported are {Names}, the same decoders without an output layer (...Model), "
            + $"and as reward models {ModelHeads.RewardModels}.",
            "architectures");
    }

    private static void CheckQuantization(ConfigFile config, IModelFamily family)
    {
        const string key = "quantization_config";
        if (config.Section(key) is { } quantization && !family.Reads(quantization.String("quant_method") ?? ""))
        {
            throw new EngineException(
                ErrorCodes.UnsupportedDtype,
                $"'{config.Path}' describes a quantized checkpoint ('{key}.quant_method' is '{quantization.String("quant_method")}'); "
                + "only F32, F16 and BF16 weights are read, and mxfp4 ones of GptOssForCausalLM.",
                key);
        }
    }
}
