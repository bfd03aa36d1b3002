using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Removes combining marks. Accents are such marks after NFD or NFKD only.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public string Normalize(string text, long mostBytes)
        => Without(text, UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark);

    /// <summary>The text without the characters of some categories.</summary>
    public static string Without(string text, params UnicodeCategory[] categories)
    {
        var rest = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!categories.Contains(Rune.GetUnicodeCategory(rune)))
            {
                rest.Append(rune.ToString());
            }
        }

        return rest.ToString();
    }
}
