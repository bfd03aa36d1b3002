namespace LmDeploy.Models.Specs;

/// <summary>The description of a decoder-only transformer, which a model family reads from config.json.</summary>
internal sealed record DecoderSpec
{
    public required string Architecture { get; init; }

    public WeightNames Names { get; init; } = new();

    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required AttentionSpec Attention { get; init; }

    /// <summary>Rotary positions; null where positions are learned.</summary>
    public required RopeSettings? Rope { get; init; }

    /// <summary>Rotary positions of the layers with a sliding window, where they have their own.</summary>
    public RopeSettings? SlidingRope { get; init; }

    /// <summary>How many positions have a learned embedding; null for none.</summary>
    public int? LearnedPositions { get; init; }

    /// <summary>One entry for each layer: how many of the latest positions it sees, or null for all.</summary>
    public required IReadOnlyList<int?> SlidingWindows { get; init; }

    public NormKind Norm { get; init; }

    public required double NormEpsilon { get; init; }

    public Activation Activation { get; init; }

    /// <summary>Whether the activation of one projection is multiplied with another.</summary>
    public bool GatedMlp { get; init; } = true;

    public bool MlpBias { get; init; }

    /// <summary>Experts in some layers or all; null for none.</summary>
    public MoeSpec? Moe { get; init; }

    /// <summary>The scale of embeddings; null for none.</summary>
    public double? EmbeddingScale { get; init; }

    /// <summary>The soft cap of logits (tanh); null for none.</summary>
    public double? LogitCap { get; init; }

    /// <summary>Whether the output projection is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Whether there is an output projection at all: reward models and bare ones have none.</summary>
    public bool HasOutput { get; init; } = true;

    /// <summary>The score of a reward model; null for all others.</summary>
    public ScoreHeadSpec? ScoreHead { get; init; }

    /// <summary>The checkpoint's own element type as config.json spells it, for example bfloat16.</summary>
    public required string CheckpointDtype { get; init; }

    public int Layers => SlidingWindows.Count;

    /// <summary>The longest context the model was meant for, in tokens.</summary>
    public int LongestContext => Rope?.LongestContext ?? LearnedPositions ?? int.MaxValue;

    /// <summary>Numbers that the cache holds of one token: keys and values of every layer.</summary>
    public long CacheElementsPerToken => (long)Layers * Attention.KeyValueSize * (Attention.ValuesAreKeys ? 1 : 2);
}
