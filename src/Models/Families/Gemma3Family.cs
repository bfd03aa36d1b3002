using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Gemma 3 (text): normalized queries and keys, and rotary embeddings of their own for the layers with a sliding window.</summary>
internal sealed class Gemma3Family : IModelFamily
{
    private const double DefaultTheta = 1_000_000;
    private const double DefaultSlidingTheta = 10_000;
    private const int DefaultPattern = 6;
    private const int DefaultWindow = 4096;

    public string Architecture => "Gemma3ForCausalLM";

    public string Stem => "Gemma3Text";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = GemmaConfig.Describe(config, Architecture);
        var window = config.OptionalPositiveInteger("sliding_window", DefaultWindow);
        var pattern = config.OptionalPositiveInteger("sliding_window_pattern") ?? config.OptionalPositiveInteger("_sliding_window_pattern") ?? DefaultPattern;
        var parameters = config.Section("rope_parameters");
        var (full, old) = (parameters?.Section("full_attention"), config.Section("rope_scaling"));
        full = full is not null && old is not null ? old.Over(full) : old ?? full;
        var sliding = parameters?.Section("sliding_attention");
        var headDim = spec.Attention.HeadDim;
        return spec with
        {
            Attention = spec.Attention with { QueryKeyNorm = QueryKeyNorm.PerHead },
            Rope = RopeSettings.Read(config, full, headDim, config.PositiveNumber("rope_theta", DefaultTheta)),
            SlidingRope = RopeSettings.Read(config, sliding, headDim, config.PositiveNumber("rope_local_base_freq", DefaultSlidingTheta)),
            SlidingWindows = LayerTypes.Windows(config, spec.Layers, window, layer => (layer + 1) % pattern != 0),
        };
    }
}
