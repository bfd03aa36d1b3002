using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>InternLM 2 and 2.5: Llama with names of its own and projections fused by key-value head.</summary>
internal sealed class InternLm2Family : IModelFamily
{
    private static readonly WeightNames Names = new()
    {
        Embedding = "tok_embeddings.weight",
        Output = "output.weight",
        AttentionInputNorm = "attention_norm",
        MlpInputNorm = "ffn_norm",
        Attention = "attention",
        Qkv = ["wqkv"],
        QkvLayout = QkvLayout.Grouped,
        AttentionOutput = "wo",
        Mlp = "feed_forward",
        GateUp = ["w1", "w3"],
        Down = "w2",
    };

    public string Architecture => "InternLM2ForCausalLM";

    public DecoderSpec Describe(ConfigFile config)
    {
        var spec = CommonConfig.Describe(config, Architecture);
        var bias = config.Bool("bias", false);
        return spec with { Names = Names, Attention = spec.Attention with { QkvBias = bias, OutputBias = bias } };
    }
}
