using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>The keys that the Llama-like families share.</summary>
internal static class CommonConfig
{
    private const int MostLayers = 10_000;

    private static readonly Dictionary<string, Activation> Activations = new(StringComparer.Ordinal)
    {
        ["silu"] = Specs.Activation.Silu,
        ["swish"] = Specs.Activation.Silu,
        ["gelu"] = Specs.Activation.Gelu,
        ["gelu_new"] = Specs.Activation.GeluTanh,
        ["gelu_pytorch_tanh"] = Specs.Activation.GeluTanh,
        ["relu"] = Specs.Activation.Relu,
    };

    /// <param name="defaultHeadDim">The head size where config.json gives none; null for the hidden size shared out among the heads.</param>
    /// <param name="defaultTheta">The base of the rotary frequencies where config.json gives none.</param>
    /// <param name="defaultRotaryFactor">The share of a head that is rotated where config.json gives none; null for a family that rotates all of it
    /// always.</param>
    public static DecoderSpec Describe(
        ConfigFile config, string architecture, int? defaultHeadDim = null, double defaultTheta = RopeSettings.DefaultTheta, double? defaultRotaryFactor = null)
    {
        var attention = Attention(config, defaultHeadDim);
        return new DecoderSpec
        {
            Architecture = architecture,
            VocabSize = config.PositiveInteger("vocab_size"),
            HiddenSize = config.PositiveInteger("hidden_size"),
            IntermediateSize = config.PositiveInteger("intermediate_size"),
            Attention = attention,
            Rope = RopeSettings.Read(config, RotatedDimensions(config, attention.HeadDim, defaultRotaryFactor), defaultTheta),
            SlidingWindows = new int?[Layers(config, "num_hidden_layers")],
            NormEpsilon = config.PositiveNumber("rms_norm_eps", 1e-6),
            Activation = Activation(config, "hidden_act", "silu"),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
            CheckpointDtype = CheckpointDtype(config),
        };
    }

    public static Activation Activation(ConfigFile config, string key, string defaultName)
    {
        var name = config.String(key) ?? defaultName;
        return Activations.TryGetValue(name, out var activation)
            ? activation
            : throw config.Invalid(key, $"is '{name}'; supported are {string.Join(", ", Activations.Keys)}");
    }

    public static string CheckpointDtype(ConfigFile config) => config.String("dtype") ?? config.String("torch_dtype") ?? "float32";

    /// <summary>How many layers there are; at most <see cref="MostLayers"/>, since memory is taken for each before a look at the weights.</summary>
    public static int Layers(ConfigFile config, string key)
    {
        var layers = config.PositiveInteger(key);
        return layers <= MostLayers ? layers : throw config.Invalid(key, $"must be at most {MostLayers}, but is {layers}");
    }

    /// <summary>The same window for every layer.</summary>
    public static IReadOnlyList<int?> EveryLayer(int? window, int layers) => [.. Enumerable.Repeat(window, layers)];

    /// <summary>By <c>partial_rotary_factor</c> in its old place or its new one.</summary>
    private static int RotatedDimensions(ConfigFile config, int headDim, double? defaultFactor)
    {
        if (defaultFactor is null)
        {
            return headDim;
        }

        const string key = "partial_rotary_factor";
        var factor = RopeSettings.SectionOf(config)?.PositiveNumber(key) ?? config.PositiveNumber(key, defaultFactor.Value);
        return factor <= 1 ? (int)(headDim * factor) : throw config.Invalid(key, $"must be at most 1, but is {factor}");
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
