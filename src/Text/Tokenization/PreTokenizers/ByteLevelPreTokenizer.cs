using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>GPT-2's splitting: words by its expression where asked, then each UTF-8 byte written as one character.</summary>
/// <param name="addPrefixSpace">Whether a piece that begins without a space gets one.</param>
/// <param name="useExpression">Whether a piece is split into words.</param>
/// <param name="writesBytes">Whether bytes are written as characters here; if not, the model does it.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression, bool writesBytes = true) : IPreTokenizer
{
    private const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly PatternPreTokenizer? _words =
        useExpression ? new PatternPreTokenizer(new RegexPattern(Expression), SplitBehavior.Isolated, invert: false) : null;

    public bool DoesNothing => !addPrefixSpace && !useExpression && !writesBytes;

    /// <summary>The same but for the bytes.</summary>
    public ByteLevelPreTokenizer WithoutBytes => new(addPrefixSpace, useExpression, writesBytes: false);

    public void Split(Piece piece, List<Piece> output) => SplitEach(piece, output.Add);

    public void SplitEach(Piece piece, Action<Piece> take)
    {
        if (addPrefixSpace && !piece.Text.Span.StartsWith(" "))
        {
            piece = piece with { Text = string.Concat(" ", piece.Text.Span).AsMemory() };
        }

        Action<Piece> write = writesBytes ? part => take(part with { Text = ByteAlphabet.Encode(part.Text.Span).AsMemory() }) : take;
        if (_words is null)
        {
            write(piece);
        }
        else
        {
            _words.SplitEach(piece, write);
        }
    }
}
