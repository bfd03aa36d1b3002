namespace LmDeploy.Models.Specs;

/// <summary>The attention of every layer.</summary>
internal sealed record AttentionSpec
{
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; each serves <c>Heads / KeyValueHeads</c> query heads.</summary>
    public required int KeyValueHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Whether the query, key and value projections have a bias.</summary>
    public bool QkvBias { get; init; }

    public bool OutputBias { get; init; }

    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>What scores are multiplied by; null for 1 / sqrt(<see cref="HeadDim"/>).</summary>
    public double? Scale { get; init; }

    /// <summary>Whether scores are divided by the layer's number too, from 1.</summary>
    public bool ScaleByInverseLayer { get; init; }

    /// <summary>Scores are bent to stay between minus and plus this; null for no bound.</summary>
    public double? ScoreCap { get; init; }

    /// <summary>Whether each head has a sink: a score that takes its share of the softmax and gives nothing.</summary>
    public bool Sinks { get; init; }

    /// <summary>
    /// Multi-head latent attention; null for the plain kind. With it the cache holds one head of latent vectors, so
    /// <see cref="KeyValueHeads"/> is 1 and <see cref="HeadDim"/> the size of what the cache holds for a token.
    /// </summary>
    public LatentSpec? Latent { get; init; }

    /// <summary>Whether values are the same tensors as keys.</summary>
    public bool ValuesAreKeys => Latent is not null;

    /// <summary>Whether the scores themselves are needed, so that the fused operator cannot be used.</summary>
    public bool NeedsScores => Sinks || ScoreCap is not null;

    public int QuerySize => Heads * HeadDim;

    public int KeyValueSize => KeyValueHeads * HeadDim;

    /// <summary>What scores of a layer are multiplied by.</summary>
    public double ScaleOf(int layer) => (Scale ?? (1 / Math.Sqrt(HeadDim))) / (ScaleByInverseLayer ? layer + 1 : 1);
}
