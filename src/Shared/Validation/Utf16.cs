using System.Text;

namespace LmDeploy.Validation;

/// <summary>Finds text that has no UTF-8 form: a surrogate without its other half.</summary>
internal static class Utf16
{
    /// <summary>The position of the first lone surrogate, or -1.</summary>
    public static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (text[at..].IndexOfAnyInRange('\uD800', '\uDFFF') is var skipped and >= 0)
        {
            at += skipped;
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return at;
            }

            at += length;
        }

        return -1;
    }

    /// <summary>Says what is wrong with a text, or null.</summary>
    public static string? Problem(string what, string? text)
        => text is not null && IndexOfLoneSurrogate(text) is var at and >= 0
            ? $"{what} is not valid UTF-16: the surrogate at position {at} has no other half."
            : null;
}
