namespace LmDeploy.Worker.Models;

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

    /// <summary>Whether queries and keys are normalized head by head before they are rotated.</summary>
    public bool QkNorm { get; init; }

    public int QuerySize => Heads * HeadDim;

    public int KeyValueSize => KeyValueHeads * HeadDim;
}
