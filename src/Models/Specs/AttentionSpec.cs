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

    /// <summary>The scale of scores; null for 1 / sqrt(<see cref="HeadDim"/>).</summary>
    public double? Scale { get; init; }

    /// <summary>Whether scores are divided by the layer's number too, from 1.</summary>
    public bool ScaleByInverseLayer { get; init; }

    /// <summary>The soft cap of scores (tanh); null for none.</summary>
    public double? ScoreCap { get; init; }

    /// <summary>Whether each head has an attention sink: a score in the softmax without a value.</summary>
    public bool Sinks { get; init; }

    /// <summary>
    /// Multi-head latent attention; null for the plain kind. With it the cache holds one head of latent vectors, so
    /// <see cref="KeyValueHeads"/> is 1 and <see cref="HeadDim"/> the size of what the cache holds for a token.
    /// </summary>
    public LatentSpec? Latent { get; init; }

    /// <summary>Whether values are the same tensors as keys.</summary>
    public bool ValuesAreKeys => Latent is not null;

    /// <summary>Whether scores must be materialized, which rules out the fused operator.</summary>
    public bool NeedsScores => Sinks || ScoreCap is not null;

    public int QuerySize => Heads * HeadDim;

    public int KeyValueSize => KeyValueHeads * HeadDim;

    /// <summary>The scale of a layer's scores.</summary>
    public double ScaleOf(int layer) => (Scale ?? (1 / Math.Sqrt(HeadDim))) / (ScaleByInverseLayer ? layer + 1 : 1);
}
