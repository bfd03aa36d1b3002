using LmDeploy.Worker.Checkpoints;

namespace LmDeploy.Worker.Models.Families;

/// <summary>The keys that the Llama-like families share.</summary>
internal static class CommonConfig
{
    /// <param name="defaultHeadDim">The head size where config.json gives none; null for the hidden size shared out among the heads.</param>
    public static DecoderSpec Describe(ConfigFile config, string architecture, int? defaultHeadDim = null)
    {
        var attention = Attention(config, defaultHeadDim);
        var activation = config.String("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
        {
            throw config.Invalid("hidden_act", $"is '{activation}'; {architecture} is supported with silu");
        }

        var rope = RopeSettings.Read(config, attention.HeadDim);
        return new DecoderSpec
        {
            Architecture = architecture,
            VocabSize = config.PositiveInteger("vocab_size"),
            HiddenSize = config.PositiveInteger("hidden_size"),
            IntermediateSize = config.PositiveInteger("intermediate_size"),
            Attention = attention,
            Rope = rope,
            SlidingWindows = new int?[config.PositiveInteger("num_hidden_layers")],
            NormEpsilon = config.PositiveNumber("rms_norm_eps", 1e-6),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
            CheckpointDtype = config.String("dtype") ?? config.String("torch_dtype") ?? "float32",
        };
    }

    /// <summary>The window of each layer where <c>layer_types</c> names it, or where layers from <c>max_window_layers</c> on have it.</summary>
    public static IReadOnlyList<int?> SlidingWindows(ConfigFile config, int layers)
    {
        var window = config.Bool("use_sliding_window", false) ? config.OptionalPositiveInteger("sliding_window") : null;
        if (config.Strings("layer_types") is not { } types)
        {
            var first = config.Number("max_window_layers") ?? layers;
            return [.. Enumerable.Range(0, layers).Select(layer => layer >= first ? window : null)];
        }

        if (types.Count != layers)
        {
            throw config.Invalid("layer_types", $"must name each of the {layers} layers, but names {types.Count}");
        }

        return [.. types.Select(type => type switch
        {
            "full_attention" => (int?)null,
            "sliding_attention" => window ?? throw config.Invalid("sliding_window", "must be a whole number from 1 where a layer has sliding_attention"),
            _ => throw config.Invalid("layer_types", $"has '{type}'; supported are full_attention and sliding_attention"),
        })];
    }

    private static AttentionSpec Attention(ConfigFile config, int? defaultHeadDim)
    {
        var hidden = config.PositiveInteger("hidden_size");
        var heads = config.PositiveInteger("num_attention_heads");
        var keyValueHeads = config.OptionalPositiveInteger("num_key_value_heads") ?? heads;
        if (heads % keyValueHeads != 0)
        {
            throw config.Invalid("num_key_value_heads", $"must divide num_attention_heads ({heads}), but is {keyValueHeads}");
        }

        var headDim = config.OptionalPositiveInteger("head_dim") ?? defaultHeadDim ?? hidden / heads;
        return headDim > 0 && headDim % 2 == 0
            ? new AttentionSpec { Heads = heads, KeyValueHeads = keyValueHeads, HeadDim = headDim }
            : throw config.Invalid("head_dim", $"must be an even number from 2, but is {headDim}");
    }
}
