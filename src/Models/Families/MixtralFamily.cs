using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Mixtral: Mistral with experts in every layer.</summary>
internal sealed class MixtralFamily : IModelFamily
{
    private const double DefaultTheta = 1_000_000;

    public string Architecture => "MixtralForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture, defaultTheta: DefaultTheta);
        var experts = ExpertConfig.Describe(config, "num_local_experts", "intermediate_size", spec.Layers, _ => true);
        return spec with
        {
            Names = new WeightNames { Mlp = "block_sparse_moe", GateUp = ["w1", "w3"], Down = "w2" },
            SlidingWindows = CommonConfig.EveryLayer(config.OptionalPositiveInteger("sliding_window"), spec.Layers),
            Moe = experts with { Normalize = true },
        };
    }
}
