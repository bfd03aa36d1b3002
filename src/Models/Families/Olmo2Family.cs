using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>OLMo 2: norms only after each half of a layer, and over all queries and all keys of a token.</summary>
internal sealed class Olmo2Family : IModelFamily
{
    public string Architecture => "Olmo2ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var bias = config.Bool("attention_bias", false);
        return spec with
        {
            Names = new WeightNames
            {
                AttentionInputNorm = null,
                AttentionOutputNorm = "post_attention_layernorm",
                MlpInputNorm = null,
                MlpOutputNorm = "post_feedforward_layernorm",
            },
            Norm = NormKind.WideRms,
            Attention = spec.Attention with { QkvBias = bias, OutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerProjection },
        };
    }
}
