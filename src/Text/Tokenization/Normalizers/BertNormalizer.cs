using System.Globalization;
using System.Text;
using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>
/// BERT's normalization: control characters go and white space becomes spaces, Chinese characters are words, accents go, letters become small; each where asked
/// for.
/// </summary>
internal sealed class BertNormalizer(bool cleans, bool separatesChinese, bool stripsAccents, bool lowercases) : INormalizer
{
    private static readonly LowercaseNormalizer _lowercase = new();

    // As in Hugging Face's tokenizers, with 2B920 where Unicode's block begins at 2B820.
    private static readonly (int Low, int High)[] _chinese =
    [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF),
        (0x2F800, 0x2FA1F),
    ];

    public string Normalize(string text, long mostBytes)
    {
        text = cleans ? Clean(text) : text;
        text = separatesChinese ? SeparateChinese(text) : text;
        text = stripsAccents ? StripAccentsNormalizer.Without(CanonicalText.Normalize(text, NormalizationKind.Nfd), UnicodeCategory.NonSpacingMark) : text;
        return NormalizedSize.Check(lowercases ? _lowercase.Normalize(text, mostBytes) : text, mostBytes);
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n' or '\r' || Rune.IsWhiteSpace(rune))
            {
                clean.Append(' ');
            }
            else if (rune.Value is not (0 or 0xFFFD) && !IsControl(rune))
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static string SeparateChinese(string text)
    {
        var separate = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = Array.Exists(_chinese, range => range.Low <= rune.Value && rune.Value <= range.High)
                ? separate.Append(' ').Append(rune.ToString()).Append(' ')
                : separate.Append(rune.ToString());
        }

        return separate.ToString();
    }
}
