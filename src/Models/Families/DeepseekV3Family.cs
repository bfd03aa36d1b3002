using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>DeepSeek V3 and R1: latent attention, dense layers first, then experts in groups beside a shared one.</summary>
internal sealed class DeepseekV3Family : IModelFamily
{
    // transformers builds the norms on the latent vectors without rms_norm_eps.
    private const double LatentNormEpsilon = 1e-6;

    public string Architecture => "DeepseekV3ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var latent = Latent(config);
        var heads = config.PositiveInteger("num_attention_heads");
        var rope = RopeSettings.Read(config, latent.RopeDim) with { Interleaved = config.Bool("rope_interleave", true) };
        var multiplier = rope is { Kind: not RopeKind.Default, MScaleAllDim: not 0 } ? rope.YarnScale(rope.MScaleAllDim) : 1;
        var spec = CommonConfig.Describe(config, Architecture, defaultHeadDim: latent.RopeDim);
        return spec with
        {
            Attention = new AttentionSpec
            {
                Heads = heads,
                KeyValueHeads = 1,
                HeadDim = latent.KeyValueRank + latent.RopeDim,
                Scale = multiplier * multiplier / Math.Sqrt(latent.QueryHeadDim),
                Latent = latent,
            },
            Rope = rope,
            Moe = Experts(config, spec.Layers),
        };
    }

    private static LatentSpec Latent(ConfigFile config) => new()
    {
        QueryRank = config.OptionalPositiveInteger("q_lora_rank"),
        KeyValueRank = config.PositiveInteger("kv_lora_rank"),
        NopeDim = config.PositiveInteger("qk_nope_head_dim"),
        RopeDim = config.PositiveInteger("qk_rope_head_dim"),
        ValueDim = config.PositiveInteger("v_head_dim"),
        Bias = config.Bool("attention_bias", false),
        NormEpsilon = LatentNormEpsilon,
    };

    private static MoeSpec Experts(ConfigFile config, int layers)
    {
        if (config.String("scoring_func") is { } scoring and not "sigmoid")
        {
            throw config.Invalid("scoring_func", $"is '{scoring}'; supported is sigmoid");
        }

        var firstSparse = config.Number("first_k_dense_replace") ?? 3;
        var experts = ExpertConfig.Describe(config, "n_routed_experts", "moe_intermediate_size", layers, layer => layer >= firstSparse);
        var (groups, topGroups) = (config.OptionalPositiveInteger("n_group") ?? 1, config.OptionalPositiveInteger("topk_group") ?? 1);
        if (experts.Experts % groups != 0 || experts.Experts / groups < 2)
        {
            throw config.Invalid("n_group", $"must share n_routed_experts ({experts.Experts}) out evenly, at least two to a group, but is {groups}");
        }

        return topGroups <= groups
            ? experts with
            {
                SharedIntermediateSize = config.Number("n_shared_experts") is 0
                    ? null
                    : (config.OptionalPositiveInteger("n_shared_experts") ?? 1) * experts.IntermediateSize,
                Scoring = RouterScoring.Sigmoid,
                Normalize = config.Bool("norm_topk_prob", true),
                ScalingFactor = config.PositiveNumber("routed_scaling_factor", 2.5),
                Groups = groups,
                TopGroups = topGroups,
                CorrectionBias = true,
            }
            : throw config.Invalid("topk_group", $"must be at most n_group ({groups}), but is {topGroups}");
    }
}
