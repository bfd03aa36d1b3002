using System.Text;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Lower case by code point, without regard to language; İ becomes i and a dot above, as Unicode has it.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    private const char CapitalIWithDot = '\u0130';

    public string Normalize(string text, long mostBytes)
    {
        var lower = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == CapitalIWithDot)
            {
                lower.Append("i\u0307");
            }
            else
            {
                lower.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        return lower.ToString();
    }
}
