namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>The part of sentencepiece_model.proto's ModelProto that tokenization needs, with its defaults.</summary>
internal sealed record SentencePieceModel
{
    public const int Unigram = 1;
    public const int Bpe = 2;

    public IReadOnlyList<PieceEntry> Pieces { get; init; } = [];

    /// <summary><see cref="Unigram"/>, <see cref="Bpe"/>, 3 (words) or 4 (characters).</summary>
    public int ModelType { get; init; } = Unigram;

    public bool ByteFallback { get; init; }

    /// <summary>Whether the visible space stands after a word rather than before it.</summary>
    public bool SpaceIsSuffix { get; init; }

    public int BosId { get; init; } = 1;

    public int EosId { get; init; } = 2;

    /// <summary>The name of the normalization rule.</summary>
    public string Normalization { get; init; } = "";

    /// <summary>Whether the rule maps any characters.</summary>
    public bool MapsCharacters { get; init; }

    public bool AddDummyPrefix { get; init; } = true;

    public bool RemoveExtraSpaces { get; init; } = true;

    public bool EscapeSpaces { get; init; } = true;

    /// <summary>The id of the token for unknown text; null where there is none.</summary>
    public int? UnknownId
    {
        get
        {
            var index = Pieces.Select(piece => piece.Kind).ToList().IndexOf(PieceKind.Unknown);
            return index < 0 ? null : index;
        }
    }
}
