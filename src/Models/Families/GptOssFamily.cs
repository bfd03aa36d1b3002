using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>GPT-OSS: sinks, experts with biases, a sliding window on every other layer.</summary>
internal sealed class GptOssFamily : IModelFamily
{
    private const double DefaultTheta = 150_000;
    private const int DefaultHeadDim = 64;
    private const int DefaultWindow = 128;

    public string Architecture => "GptOssForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture, DefaultHeadDim, DefaultTheta);
        var bias = config.Bool("attention_bias", true);
        var experts = ExpertConfig.Describe(
            config, config.Has("num_local_experts") ? "num_local_experts" : "num_experts", "intermediate_size", spec.Layers, _ => true);
        return spec with
        {
            Names = new WeightNames { Router = "router" },
            Attention = spec.Attention with { QkvBias = bias, OutputBias = bias, Sinks = true },
            SlidingWindows = LayerTypes.Windows(
                config, spec.Layers, config.OptionalPositiveInteger("sliding_window", DefaultWindow), layer => layer % 2 == 0),
            Norm = NormKind.WideRms,
            Activation = Activation.ClampedSwiGlu,
            Moe = experts with
            {
                // The softmax of the best logits is the softmax of all of them, made to sum to 1.
                Normalize = true,
                RouterBias = true,
                ExpertBias = true,
                Layout = ExpertLayout.Interleaved,
            },
        };
    }
}
