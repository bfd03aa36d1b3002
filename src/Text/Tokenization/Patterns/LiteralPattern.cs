namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Finds a string, compared by code point; the empty string is found nowhere.</summary>
internal sealed class LiteralPattern(string literal) : IPattern
{
    public string Literal { get; } = literal;

    public void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        if (Literal.Length == 0)
        {
            return;
        }

        var start = 0;
        while (text[start..].IndexOf(Literal, StringComparison.Ordinal) is var offset and >= 0)
        {
            start += offset;
            matches.Add(new TextRange(start, start + Literal.Length));
            start += Literal.Length;
        }
    }
}
