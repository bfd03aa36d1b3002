namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Splits a piece, and may rewrite it. Implementations are immutable and safe for concurrent use.</summary>
internal interface IPreTokenizer
{
    /// <summary>Adds the parts of <paramref name="piece"/> to <paramref name="output"/>; none of them is empty.</summary>
    void Split(Piece piece, List<Piece> output);
}
