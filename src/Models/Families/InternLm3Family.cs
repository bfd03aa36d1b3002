using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>InternLM 3: Llama with two switches for biases, one for queries, keys and values and one for the rest.</summary>
internal sealed class InternLm3Family : IModelFamily
{
    public string Architecture => "InternLM3ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var bias = config.Bool("bias", false);
        return spec with
        {
            Attention = spec.Attention with { QkvBias = config.Bool("qkv_bias", false), OutputBias = bias },
            MlpBias = bias,
        };
    }
}
