using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Llama 1, 2 and 3 and what was built in their shape.</summary>
internal sealed class LlamaFamily : IModelFamily
{
    public string Architecture => "LlamaForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var bias = config.Bool("attention_bias", false);
        return spec with
        {
            Attention = spec.Attention with { QkvBias = bias, OutputBias = bias },
            MlpBias = config.Bool("mlp_bias", false),
        };
    }
}
