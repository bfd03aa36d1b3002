namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Splits a piece, and may rewrite it. Implementations are immutable and safe for concurrent use.</summary>
internal interface IPreTokenizer
{
    /// <summary>Adds the parts of <paramref name="piece"/> to <paramref name="output"/>; none of them is empty.</summary>
    void Split(Piece piece, List<Piece> output);

    /// <summary>Hands on the parts one by one, so that those of a long text are never there all at once.</summary>
    void SplitEach(Piece piece, Action<Piece> take)
    {
        var parts = new List<Piece>();
        Split(piece, parts);
        parts.ForEach(take);
    }
}
