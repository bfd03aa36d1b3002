using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Qwen 3 (dense): Qwen 2 without those biases and with normalized queries and keys.</summary>
internal sealed class Qwen3Family : IModelFamily
{
    private const int DefaultHeadDim = 128;

    public string Architecture => "Qwen3ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture, DefaultHeadDim);
        var bias = config.Bool("attention_bias", false);
        return spec with
        {
            Attention = spec.Attention with { QkvBias = bias, OutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerHead },
            SlidingWindows = LayerTypes.QwenWindows(config, spec.Layers),
        };
    }
}
