namespace LmDeploy.Worker.Models;

/// <summary>Everything that tells one decoder-only transformer from another: what a family reads out of config.json.</summary>
internal sealed record DecoderSpec
{
    public required string Architecture { get; init; }

    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required AttentionSpec Attention { get; init; }

    public required RopeSettings Rope { get; init; }

    /// <summary>One entry for each layer: how many of the latest positions it sees, or null for all.</summary>
    public required IReadOnlyList<int?> SlidingWindows { get; init; }

    public required double NormEpsilon { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>Whether the output projection is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>The checkpoint's own element type as config.json spells it, for example bfloat16.</summary>
    public required string CheckpointDtype { get; init; }

    public int Layers => SlidingWindows.Count;
}
