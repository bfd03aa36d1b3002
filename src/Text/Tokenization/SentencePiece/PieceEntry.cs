namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>One token of a SentencePiece model; its id is its index.</summary>
internal sealed record PieceEntry(string Text, float Score, PieceKind Kind);
