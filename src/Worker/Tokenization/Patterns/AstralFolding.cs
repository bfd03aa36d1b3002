using System.Globalization;
using System.Text;

namespace LmDeploy.Worker.Tokenization.Patterns;

/// <summary>
/// Replaces each code point outside the BMP by one BMP character of the same general category that the expression does
/// not name, so that an expression made of categories and named BMP characters cannot tell the two apart.
/// </summary>
internal sealed class AstralFolding
{
    private const int CategoryCount = 30;
    private const char FirstCandidate = '\u00A1';

    /// <summary>The categories that have no code points outside the BMP.</summary>
    private static readonly UnicodeCategory[] _bmpOnly =
    [
        UnicodeCategory.Control, UnicodeCategory.Surrogate, UnicodeCategory.SpaceSeparator,
        UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
    ];

    private readonly char[] _standIns = new char[CategoryCount];

    /// <exception cref="FormatException">The expression names every BMP character of some category.</exception>
    public AstralFolding(IReadOnlyList<CharacterRange> namedCharacters)
    {
        for (var c = FirstCandidate; c < char.MaxValue; c++)
        {
            ref var standIn = ref _standIns[(int)CharUnicodeInfo.GetUnicodeCategory(c)];
            if (standIn == 0 && !namedCharacters.Any(range => range.Contains(c)))
            {
                standIn = c;
            }
        }

        for (var category = UnicodeCategory.UppercaseLetter; (int)category < CategoryCount; category++)
        {
            if (_standIns[(int)category] == 0 && !_bmpOnly.Contains(category))
            {
                throw new FormatException($"the expression names every character of the category {category}; use \\p{{..}} instead");
            }
        }
    }

    public static bool IsNeeded(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    /// <summary>Writes the folded text, and for each of its characters and its end the position in <paramref name="text"/>.</summary>
    /// <returns>The length of the folded text.</returns>
    public int Fold(ReadOnlySpan<char> text, Span<char> folded, Span<int> offsets)
    {
        var length = 0;
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            offsets[length] = position;
            folded[length++] = rune.IsBmp ? (char)rune.Value : _standIns[(int)Rune.GetUnicodeCategory(rune)];
            position += rune.Utf16SequenceLength;
        }

        offsets[length] = position;
        return length;
    }
}
