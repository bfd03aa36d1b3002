using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Gemma 2: bounded scores and logits, a sliding window on every other layer.</summary>
internal sealed class Gemma2Family : IModelFamily
{
    private const double DefaultScoreCap = 50;
    private const double DefaultLogitCap = 30;
    private const int DefaultWindow = 4096;

    public string Architecture => "Gemma2ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = GemmaConfig.Describe(config, Architecture, DefaultScoreCap, DefaultLogitCap);
        var window = config.OptionalPositiveInteger("sliding_window", DefaultWindow);
        return spec with { SlidingWindows = LayerTypes.Windows(config, spec.Layers, window, layer => layer % 2 == 0) };
    }
}
