namespace LmDeploy.Text.Tokenization.UnicodeNormalization;

/// <summary>Korean syllables, which decompose by arithmetic: The Unicode Standard, section 3.12.</summary>
internal static class Hangul
{
    private const int FirstSyllable = 0xAC00;
    private const int FirstLeading = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeTrailing = 0x11A7;
    private const int LeadingCount = 19;
    private const int VowelCount = 21;
    private const int TrailingCount = 28;
    private const int SyllableCount = LeadingCount * VowelCount * TrailingCount;

    public static bool IsSyllable(int codePoint) => codePoint is >= FirstSyllable and < FirstSyllable + SyllableCount;

    /// <summary>Whether the code point is a vowel or trailing consonant that may join what stands before it.</summary>
    public static bool IsJoining(int codePoint) =>
        codePoint is >= FirstVowel and < FirstVowel + VowelCount or > BeforeTrailing and < BeforeTrailing + TrailingCount;

    public static void Decompose(int syllable, List<int> output)
    {
        var index = syllable - FirstSyllable;
        output.Add(FirstLeading + (index / (VowelCount * TrailingCount)));
        output.Add(FirstVowel + (index / TrailingCount % VowelCount));
        if (index % TrailingCount is var trailing and > 0)
        {
            output.Add(BeforeTrailing + trailing);
        }
    }

    /// <summary>The syllable of the two, or null.</summary>
    public static int? Compose(int first, int second)
    {
        if (first is >= FirstLeading and < FirstLeading + LeadingCount && second is >= FirstVowel and < FirstVowel + VowelCount)
        {
            return FirstSyllable + ((((first - FirstLeading) * VowelCount) + (second - FirstVowel)) * TrailingCount);
        }

        var isOpenSyllable = IsSyllable(first) && (first - FirstSyllable) % TrailingCount == 0;
        return isOpenSyllable && second is > BeforeTrailing and < BeforeTrailing + TrailingCount ? first + second - BeforeTrailing : null;
    }
}
