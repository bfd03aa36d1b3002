using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Python's changes and tests of case and character class. Case changes map one character to one, as .NET does.</summary>
internal static class TextCase
{
    /// <summary>Upper case; the sharp s is the one letter in common use that becomes two.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("\u00df", "SS", StringComparison.Ordinal);

    public static bool IsAlphabetic(string text) => All(text, Rune.IsLetter);

    public static bool IsDigits(string text) => All(text, rune => Rune.IsDigit(rune) || CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0);

    public static bool IsDecimal(string text) => All(text, Rune.IsDigit);

    public static bool IsNumeric(string text) => All(text, Rune.IsNumber);

    public static bool IsAlphanumeric(string text) => All(text, rune => Rune.IsLetter(rune) || Rune.IsNumber(rune));

    public static bool IsSpace(string text) => text.Length > 0 && text.All(Syntax.Whitespace.Is);

    public static bool IsUpper(string text) => HasCase(text) && !text.EnumerateRunes().Any(Rune.IsLower);

    public static bool IsLower(string text) => HasCase(text) && !text.EnumerateRunes().Any(Rune.IsUpper);

    public static bool IsIdentifier(string text) =>
        text.Length > 0 && !char.IsDigit(text[0]) && text.EnumerateRunes().All(rune => rune.Value == '_' || Rune.IsLetterOrDigit(rune));

    public static bool HasCase(string text) => text.EnumerateRunes().Any(rune => Rune.IsUpper(rune) || Rune.IsLower(rune));

    /// <summary>Python's <c>str.title</c>: a letter after something else than a letter becomes upper case, other letters lower case.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var afterLetter = false;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append(afterLetter ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune));
            afterLetter = Rune.IsLetter(rune);
        }

        return title.ToString();
    }

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var first = Rune.TryGetRuneAt(text, 0, out var rune) ? rune.Utf16SequenceLength : 1;
        return text[..first].ToUpperInvariant() + text[first..].ToLowerInvariant();
    }

    public static string Swap(string text)
    {
        var swapped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            swapped.Append(Rune.IsUpper(rune) ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune));
        }

        return swapped.ToString();
    }

    /// <summary>The words of Jinja's <c>wordcount</c>: runs of letters, digits and underscores.</summary>
    public static int CountWords(string text)
    {
        var count = 0;
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = rune.Value == '_' || Rune.IsLetter(rune) || Rune.IsNumber(rune);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    private static bool All(string text, Func<Rune, bool> test) => text.Length > 0 && text.EnumerateRunes().All(test);
}
