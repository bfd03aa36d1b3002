using System.Text;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Writes a range of characters as sequences of byte ranges: each way through one of them is a character in UTF-8.</summary>
/// <remarks>Thompson's method as in RE2: Cox, "Regular Expression Matching in the Wild", 2010, "UTF-8".</remarks>
internal static class Utf8Ranges
{
    private const int BitsOfContinuation = 6;

    private static readonly int[] _lastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    public static IEnumerable<ByteRange[]> Of(CodePointRange range)
    {
        foreach (var last in _lastOfLength)
        {
            if (range.Low <= last && last < range.High)
            {
                return Of(range with { High = last }).Concat(Of(range with { Low = last + 1 }));
            }
        }

        // All of one length by now: the low bits must run through all their values where higher ones differ.
        for (var bits = BitsOfContinuation; bits <= 3 * BitsOfContinuation && range.High > _lastOfLength[0]; bits += BitsOfContinuation)
        {
            var mask = (1 << bits) - 1;
            if ((range.Low & ~mask) == (range.High & ~mask))
            {
                break;
            }

            if ((range.Low & mask) != 0)
            {
                return Of(range with { High = range.Low | mask }).Concat(Of(range with { Low = (range.Low | mask) + 1 }));
            }

            if ((range.High & mask) != mask)
            {
                return Of(range with { High = (range.High & ~mask) - 1 }).Concat(Of(range with { Low = range.High & ~mask }));
            }
        }

        return [Encode(range)];
    }

    private static ByteRange[] Encode(CodePointRange range)
    {
        Span<byte> low = stackalloc byte[4];
        Span<byte> high = stackalloc byte[4];
        var length = new Rune(range.Low).EncodeToUtf8(low);
        new Rune(range.High).EncodeToUtf8(high);
        var result = new ByteRange[length];
        for (var i = 0; i < length; i++)
        {
            result[i] = new ByteRange(low[i], high[i]);
        }

        return result;
    }
}
