using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Mistral 7B and its successors: Llama with a sliding window over every layer, where config.json gives one.</summary>
internal sealed class MistralFamily : IModelFamily
{
    public string Architecture => "MistralForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var window = config.OptionalPositiveInteger("sliding_window");
        return spec with { SlidingWindows = CommonConfig.EveryLayer(window, spec.Layers) };
    }
}
