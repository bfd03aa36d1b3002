using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>GPT-2: learned positions, norms with a mean, no gate, matrices stored as [inputs, outputs].</summary>
internal sealed class Gpt2Family : IModelFamily
{
    private static readonly WeightNames Names = new()
    {
        Base = "transformer.",
        Embedding = "wte.weight",
        FinalNorm = "ln_f",
        Layers = "h",
        AttentionInputNorm = "ln_1",
        MlpInputNorm = "ln_2",
        Attention = "attn",
        Qkv = ["c_attn"],
        AttentionOutput = "c_proj",
        GateUp = ["c_fc"],
        Down = "c_proj",
        InputsFirst = true,
    };

    public string Architecture => "GPT2LMHeadModel";

    public string Stem => "GPT2";

    public DecoderSpec Describe(ConfigFile config)
    {
        var (hidden, heads) = (config.PositiveInteger("n_embd"), config.PositiveInteger("n_head"));
        if (hidden % heads != 0)
        {
            throw config.Invalid("n_head", $"must divide n_embd ({hidden}), but is {heads}");
        }

        return new DecoderSpec
        {
            Architecture = Architecture,
            Names = Names,
            VocabSize = config.PositiveInteger("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = config.OptionalPositiveInteger("n_inner") ?? 4 * hidden,
            Attention = new AttentionSpec
            {
                Heads = heads,
                KeyValueHeads = heads,
                HeadDim = hidden / heads,
                QkvBias = true,
                OutputBias = true,
                Scale = config.Bool("scale_attn_weights", true) ? null : 1,
                ScaleByInverseLayer = config.Bool("scale_attn_by_inverse_layer_idx", false),
            },
            Rope = null,
            LearnedPositions = config.PositiveInteger("n_positions"),
            SlidingWindows = new int?[CommonConfig.Layers(config, "n_layer")],
            Norm = NormKind.Layer,
            NormEpsilon = config.PositiveNumber("layer_norm_epsilon", 1e-5),
            Activation = CommonConfig.Activation(config, "activation_function", "gelu_new"),
            GatedMlp = false,
            MlpBias = true,
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
            CheckpointDtype = CommonConfig.CheckpointDtype(config),
        };
    }
}
