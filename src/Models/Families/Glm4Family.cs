using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>GLM 4 (0414): norms before and after each half of a layer, and half of each head rotated, in neighbouring pairs.</summary>
internal sealed class Glm4Family : IModelFamily
{
    private const int DefaultHeadDim = 128;

    public string Architecture => "Glm4ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture, DefaultHeadDim, defaultRotaryFactor: 0.5);
        return spec with
        {
            Names = new WeightNames
            {
                AttentionOutputNorm = "post_self_attn_layernorm",
                MlpOutputNorm = "post_mlp_layernorm",
                GateUp = ["gate_up_proj"],
            },
            Attention = spec.Attention with { QkvBias = config.Bool("attention_bias", true) },
            Rope = spec.Rope! with { Interleaved = true },
        };
    }
}
