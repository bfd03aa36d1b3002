using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Families;

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
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedArchitecture"/> or <see cref="ErrorCodes.InvalidConfig"/>.</exception>
    public static DecoderSpec Describe(ConfigFile config)
    {
        var architectures = config.Strings("architectures") ?? throw config.Missing("architectures", "an array with one of " + Names);
        foreach (var architecture in architectures)
        {
            if (All.FirstOrDefault(family => family.Architecture == architecture || ModelHeads.IsOf(architecture, family)) is { } family)
            {
                return ModelHeads.WithHead(Checked(family.Describe(config), config), architecture, config);
            }
        }

        throw new EngineException(
            ErrorCodes.UnsupportedArchitecture,
            $"'{config.Path}': architecture '{string.Join(", ", architectures)}' is not supported; supported are {Names}, the same decoders without an "
                + "output layer (...Model), "
            + $"and as reward models {ModelHeads.RewardModels}.",
            "architectures");
    }

    /// <summary>Refuses sizes whose products no tensor can have.</summary>
    private static DecoderSpec Checked(DecoderSpec spec, ConfigFile config)
    {
        var (heads, headDim) = (spec.Attention.Heads, spec.Attention.HeadDim);
        if (headDim <= 0 || (long)heads * headDim > int.MaxValue)
        {
            throw config.Invalid(
                "num_attention_heads",
                $"is {heads}; with heads of {(uint)headDim} that is more than the {int.MaxValue} numbers that a token may have in a layer");
        }

        return spec.Moe is not { SharedIntermediateSize: <= 0 }
            ? spec
            : throw config.Invalid("n_shared_experts", $"is too large; with moe_intermediate_size it may come to {int.MaxValue}");
    }
}
