using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>
/// The merges of a SentencePiece BPE model, which merges any two neighbours whose concatenation is a token, the highest
/// score first.
/// </summary>
internal static class SentencePieceMerges
{
    public static MergeTable Of(IReadOnlyList<PieceEntry> pieces, Vocabulary vocabulary)
    {
        var merges = new MergeTable(pieces.Count * 2);
        var rank = -1;
        var lastScore = float.NaN;
        foreach (var (piece, id) in pieces.Select((piece, id) => (piece, id))
            .Where(item => IsMergeable(item.piece)).OrderByDescending(item => item.piece.Score))
        {
            // Tokens of equal score are merged from left to right.
            rank += piece.Score == lastScore ? 0 : 1;
            lastScore = piece.Score;
            for (var length = 1; length < piece.Text.Length; length++)
            {
                var (left, right) = (piece.Text[..length], piece.Text[length..]);
                if (Find(left) is { } leftId && Find(right) is { } rightId)
                {
                    merges.Set((left, leftId), (right, rightId), new MergeTable.Merge(rank, id));
                }
            }
        }

        return merges;

        int? Find(string text) => vocabulary.TryGetId(text, out var id) && IsMergeable(pieces[id]) ? id : null;
    }

    private static bool IsMergeable(PieceEntry piece) => piece.Kind == PieceKind.Normal;
}
