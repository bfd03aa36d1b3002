using System.Text;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Finds each single code point that satisfies a predicate.</summary>
internal sealed class RunePattern(Func<Rune, bool> predicate) : IPattern
{
    public void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var start = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var end = start + rune.Utf16SequenceLength;
            if (predicate(rune))
            {
                matches.Add(new TextRange(start, end));
            }

            start = end;
        }
    }
}
