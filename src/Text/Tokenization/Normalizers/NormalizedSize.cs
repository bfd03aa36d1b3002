using System.Text;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Bounds what normalizers make of a text: a tokenizer's file may multiply it again and again.</summary>
internal static class NormalizedSize
{
    private const long MostTimes = 32;
    private const long Always = 1 << 16;

    /// <summary>The most bytes of UTF-8 that may be made of a text.</summary>
    public static long MostFor(string text) => Always + (MostTimes * Encoding.UTF8.GetByteCount(text));

    /// <summary>Normalizes a text within the bound.</summary>
    /// <exception cref="Errors.EngineException">More comes of it.</exception>
    public static string Normalize(this INormalizer normalizer, string text) => normalizer.Normalize(text, MostFor(text));

    /// <summary>Says that a text becomes too long.</summary>
    public static Errors.EngineException TooLong(long bytes, long most) =>
        TokenizerErrors.InvalidText($"the tokenizer's normalizer makes {bytes} bytes or more of the text; at most {most} are supported, "
            + $"{MostTimes} times the text's own and {Always} beside them");

    /// <summary>The text, which has to be within the bound.</summary>
    /// <exception cref="Errors.EngineException">It is not.</exception>
    public static string Check(string text, long most) =>
        text.Length <= most / 3 || Encoding.UTF8.GetByteCount(text) is var bytes && bytes <= most
            ? text
            : throw TooLong(Encoding.UTF8.GetByteCount(text), most);
}
