using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>Qwen 3 with experts in some layers or all.</summary>
internal sealed class Qwen3MoeFamily : IModelFamily
{
    public string Architecture => "Qwen3MoeForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var bias = config.Bool("attention_bias", false);
        var window = config.Bool("use_sliding_window", false) ? config.OptionalPositiveInteger("sliding_window") : null;
        var dense = config.Integers("mlp_only_layers") ?? [];
        var sparseStep = config.OptionalPositiveInteger("decoder_sparse_step") ?? 1;
        var experts = ExpertConfig.Describe(
            config,
            config.Has("num_experts") ? "num_experts" : "num_local_experts",
            "moe_intermediate_size",
            spec.Layers,
            layer => !dense.Contains(layer) && (layer + 1) % sparseStep == 0);
        return spec with
        {
            Attention = spec.Attention with { QkvBias = bias, OutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerHead },
            SlidingWindows = CommonConfig.EveryLayer(window, spec.Layers),
            Moe = experts with { Normalize = config.Bool("norm_topk_prob", false) },
        };
    }
}
