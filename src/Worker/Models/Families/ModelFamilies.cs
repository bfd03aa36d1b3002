using LmDeploy.V1;
using LmDeploy.Worker.Checkpoints;
using LmDeploy.Worker.Errors;

namespace LmDeploy.Worker.Models.Families;

/// <summary>The architectures this engine runs.</summary>
internal static class ModelFamilies
{
    private static readonly IReadOnlyList<IModelFamily> All = [new LlamaFamily(), new MistralFamily(), new Qwen2Family(), new Qwen3Family()];

    /// <summary>Reads what config.json describes.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedArchitecture"/> or <see cref="ErrorCodes.InvalidConfig"/>.</exception>
    public static DecoderSpec Describe(ConfigFile config)
    {
        if (config.Has("quantization_config"))
        {
            throw new EngineException(ErrorCodes.UnsupportedDtype, $"'{config.Path}' describes a quantized checkpoint; only F32, F16 and BF16 weights are read.", "quantization_config");
        }

        var architectures = config.Strings("architectures") ?? throw config.Missing("architectures", "an array with one of " + Names);
        var family = All.FirstOrDefault(family => architectures.Contains(family.Architecture))
            ?? throw new EngineException(
                ErrorCodes.UnsupportedArchitecture,
                $"'{config.Path}': architecture '{string.Join(", ", architectures)}' is not supported; supported are {Names}.",
                "architectures");
        return family.Describe(config);
    }

    private static string Names => string.Join(", ", All.Select(family => family.Architecture));
}
