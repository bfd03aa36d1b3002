using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Phi 3, 3.5 and 4: Llama with fused projections and a share of each head rotated.</summary>
internal sealed class Phi3Family : IModelFamily
{
    private const int DefaultOriginalPositions = 4096;

    public string Architecture => "Phi3ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture, defaultRotaryFactor: 1);
        var original = config.OptionalPositiveInteger("original_max_position_embeddings") ?? DefaultOriginalPositions;
        return spec with
        {
            Names = new WeightNames { Qkv = ["qkv_proj"], GateUp = ["gate_up_proj"] },
            Rope = RopeSettings.Read(config, spec.Rope!.Dimensions, originalPositions: original),
            SlidingWindows = CommonConfig.EveryLayer(config.OptionalPositiveInteger("sliding_window"), spec.Layers),
        };
    }
}
