using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Families;

/// <summary>What architectures put on top of a decoder in place of the output projection: the score of a reward model, or nothing.</summary>
internal static class ModelHeads
{
    /// <summary>The architectures that take the place of a family's own, for messages.</summary>
    public const string RewardModels =
        "InternLM2ForRewardModel, Qwen2ForRewardModel and ...ForSequenceClassification with one label of every supported decoder";

    private const string Classifier = "ForSequenceClassification";

    /// <summary>transformers' number of labels for a config.json that gives none.</summary>
    private const int DefaultLabels = 2;

    /// <summary>Whether an architecture is a family's decoder with another head, or with none.</summary>
    public static bool IsOf(string architecture, IModelFamily family) =>
        architecture == family.Stem + Classifier
            || architecture == family.Stem + "Model"
            || (architecture == family.Stem + "ForRewardModel" && RewardLayers(architecture) is not null);

    /// <summary>The decoder as it is with the head of an architecture.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.UnsupportedFeature"/>: a classifier, or a model that looks ahead.</exception>
    public static DecoderSpec WithHead(DecoderSpec decoder, string architecture, ConfigFile config)
    {
        RequireCausal(config);
        if (architecture == decoder.Architecture)
        {
            return decoder;
        }

        var headless = decoder with { Architecture = architecture, HasOutput = false };
        if (RewardLayers(architecture) is { } layers)
        {
            return headless with { ScoreHead = new ScoreHeadSpec(layers, Bias: layers.Count > 1, Padding: []) };
        }

        if (!architecture.EndsWith(Classifier, StringComparison.Ordinal))
        {
            return headless;
        }

        var labels = config.OptionalPositiveInteger("num_labels") ?? config.Section("id2label")?.Keys.Count() ?? DefaultLabels;
        return labels == 1
            ? headless with { ScoreHead = new ScoreHeadSpec(["score"], Bias: false, config.TokenIds("pad_token_id")) }
            : throw new EngineException(
                ErrorCodes.UnsupportedFeature, $"'{config.Path}' describes a classifier with {labels} labels; supported are reward models, "
                    + "which have one (num_labels, or one entry of id2label).", "num_labels");
    }

    private static IReadOnlyList<string>? RewardLayers(string architecture) => architecture switch
    {
        "InternLM2ForRewardModel" => ["v_head"],
        "Qwen2ForRewardModel" => ["score.0", "score.2"],
        _ => null,
    };

    /// <summary>Embedding models are made from decoders by letting each token see those after it too, which is another computation.</summary>
    private static void RequireCausal(ConfigFile config)
    {
        foreach (var (key, causal) in new[] { ("use_bidirectional_attention", false), ("is_causal", true) })
        {
            if (config.Bool(key, causal) != causal)
            {
                throw new EngineException(
                    ErrorCodes.UnsupportedFeature,
                    $"'{config.Path}': '{key}' asks for attention in both directions; supported are decoders whose tokens see only those before them.",
                    key);
            }
        }
    }
}
