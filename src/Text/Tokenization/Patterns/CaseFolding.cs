namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>The characters that differ only by case, as Unicode's simple case folding has them.</summary>
internal static class CaseFolding
{
    private const char LongS = '\u017F';

    /// <summary>The characters outside <paramref name="range"/> that equal one inside it but for case.</summary>
    public static IEnumerable<char> VariantsOf(CharacterRange range)
    {
        var folded = new HashSet<char>();
        for (var c = range.First; c <= range.Last; c++)
        {
            if (char.IsLetter((char)c))
            {
                folded.Add(Fold((char)c));
            }
        }

        if (folded.Count == 0)
        {
            yield break;
        }

        for (var c = 'A'; c < char.MaxValue; c++)
        {
            if (!range.Contains(c) && char.IsLetter(c) && folded.Contains(Fold(c)))
            {
                yield return c;
            }
        }
    }

    private static char Fold(char c) => c == LongS ? 's' : char.ToLowerInvariant(char.ToUpperInvariant(c));
}
