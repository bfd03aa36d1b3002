using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>SentencePiece's spaces: each becomes a visible character, which begins a piece where splitting is asked for.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme prepend, bool split) : IPreTokenizer
{
    private readonly PatternPreTokenizer _words =
        new(new LiteralPattern(replacement.ToString()), SplitBehavior.MergedWithNext, invert: false);

    public void Split(Piece piece, List<Piece> output)
    {
        var text = piece.Text.ToString().Replace(' ', replacement);
        var prepends = prepend == PrependScheme.Always || (prepend == PrependScheme.First && piece.AtStart);
        if (prepends && !text.StartsWith(replacement))
        {
            text = replacement + text;
        }

        piece = piece with { Text = text.AsMemory() };
        if (split)
        {
            _words.Split(piece, output);
        }
        else
        {
            output.Add(piece);
        }
    }
}
