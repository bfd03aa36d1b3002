using System.Buffers;
using System.Text;

namespace LmDeploy.Text.Guided.Networks;

/// <summary>Characters that stand for themselves in a JSON string (RFC 8259, section 7).</summary>
internal static class PlainCharacter
{
    private static readonly SearchValues<byte> _others = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Whether no such character begins with any of an edge's bytes.</summary>
    public static bool IsNone(ByteEdge edge) => edge.High < ' ' || (edge.Low == edge.High && edge.Low is (byte)'"' or (byte)'\\');

    /// <summary>How many characters a text has that is nothing but them; null where it is not, as when it begins or ends within one.</summary>
    public static int? Count(ReadOnlySpan<byte> text) =>
        text.ContainsAny(_others) || !System.Text.Unicode.Utf8.IsValid(text) ? null : Encoding.UTF8.GetCharCount(text) - Astral(text);

    // A character beyond U+FFFF is two of .NET's.
    private static int Astral(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var value in text)
        {
            count += value >= 0xF0 ? 1 : 0;
        }

        return count;
    }
}
