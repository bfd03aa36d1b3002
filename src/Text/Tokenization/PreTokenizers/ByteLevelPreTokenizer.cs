using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>GPT-2's splitting: words by its expression where asked, then each UTF-8 byte written as one character.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression) : IPreTokenizer
{
    private const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly PatternPreTokenizer? _words =
        useExpression ? new PatternPreTokenizer(new RegexPattern(Expression), SplitBehavior.Isolated, invert: false) : null;

    public void Split(Piece piece, List<Piece> output)
    {
        if (addPrefixSpace && !piece.Text.Span.StartsWith(" "))
        {
            piece = piece with { Text = string.Concat(" ", piece.Text.Span).AsMemory() };
        }

        if (_words is null)
        {
            output.Add(Map(piece));
            return;
        }

        var first = output.Count;
        _words.Split(piece, output);
        for (var i = first; i < output.Count; i++)
        {
            output[i] = Map(output[i]);
        }
    }

    private static Piece Map(Piece piece) => piece with { Text = ByteAlphabet.Encode(piece.Text.Span).AsMemory() };
}
