using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Qwen 2 and 2.5: Llama with biases on queries, keys and values, and an optional sliding window on the later layers.</summary>
internal sealed class Qwen2Family : IModelFamily
{
    public string Architecture => "Qwen2ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        return spec with
        {
            Attention = spec.Attention with { QkvBias = true },
            SlidingWindows = LayerTypes.QwenWindows(config, spec.Layers),
        };
    }
}
