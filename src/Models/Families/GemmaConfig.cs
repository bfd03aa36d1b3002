using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>What the Gemma families share: scaled embeddings, norms with an offset before and after each half of a layer, a score scale of its own.</summary>
internal static class GemmaConfig
{
    private const int DefaultHeadDim = 256;
    private const double DefaultQueryScalar = 256;

    private static readonly WeightNames Names = new()
    {
        AttentionOutputNorm = "post_attention_layernorm",
        MlpInputNorm = "pre_feedforward_layernorm",
        MlpOutputNorm = "post_feedforward_layernorm",
    };

    /// <param name="defaultScoreCap">Where config.json does not say; null there means none.</param>
    /// <param name="defaultLogitCap">As <paramref name="defaultScoreCap"/>.</param>
    public static DecoderSpec Describe(ConfigFile config, string architecture, double? defaultScoreCap = null, double? defaultLogitCap = null)
    {
        if (config.Bool("use_bidirectional_attention", false))
        {
            throw config.Invalid("use_bidirectional_attention", "is true; only attention to earlier tokens is supported");
        }

        var spec = CommonConfig.Describe(config, architecture, DefaultHeadDim);
        var bias = config.Bool("attention_bias", false);
        return spec with
        {
            Names = Names,
            Attention = spec.Attention with
            {
                QkvBias = bias,
                OutputBias = bias,
                Scale = 1 / Math.Sqrt(config.PositiveNumber("query_pre_attn_scalar", DefaultQueryScalar)),
                ScoreCap = config.PositiveNumber("attn_logit_softcapping", defaultScoreCap),
            },
            Norm = NormKind.OffsetRms,
            Activation = CommonConfig.Activation(config, "hidden_activation", "gelu_pytorch_tanh"),
            EmbeddingScale = Math.Sqrt(spec.HiddenSize),
            LogitCap = config.PositiveNumber("final_logit_softcapping", defaultLogitCap),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
        };
    }
}
