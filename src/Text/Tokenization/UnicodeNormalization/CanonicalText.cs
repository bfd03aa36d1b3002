using System.Text;

namespace LmDeploy.Text.Tokenization.UnicodeNormalization;

/// <summary>
/// The Unicode normalization forms, UAX #15, in place of <see cref="string.Normalize()"/>, which leaves every text as it
/// is when globalization is invariant.
/// </summary>
internal static class CanonicalText
{
    /// <summary>Below this, no code point changes under canonical composition.</summary>
    private const char FirstCombining = '\u0300';

    public static string Normalize(string text, NormalizationKind kind)
    {
        var limit = kind == NormalizationKind.Nfc ? FirstCombining : '\u0080';
        if (text.AsSpan().IndexOfAnyInRange(limit, char.MaxValue) < 0)
        {
            return text;
        }

        var table = DecompositionTable.Instance;
        var isAffected = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (table.IsAffected(rune.Value, kind))
            {
                isAffected = true;
                break;
            }
        }

        return isAffected ? Rewrite(text, kind, table) : text;
    }

    /// <summary>Joins what composes, in place.</summary>
    public static void Compose(List<int> codePoints, DecompositionTable table)
    {
        var starter = -1;
        var lastClass = -1;
        var length = 0;
        foreach (var codePoint in codePoints.ToArray())
        {
            var combiningClass = table.CombiningClassOf(codePoint);
            if (starter >= 0 && lastClass < combiningClass && table.Compose(codePoints[starter], codePoint) is { } composed)
            {
                codePoints[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = length;
                lastClass = -1;
            }
            else
            {
                lastClass = combiningClass;
            }

            codePoints[length++] = codePoint;
        }

        codePoints.RemoveRange(length, codePoints.Count - length);
    }

    private static string Rewrite(string text, NormalizationKind kind, DecompositionTable table)
    {
        var codePoints = new List<int>(text.Length + 16);
        var compatibility = kind is NormalizationKind.Nfkc or NormalizationKind.Nfkd;
        foreach (var rune in text.EnumerateRunes())
        {
            table.Decompose(rune.Value, compatibility, codePoints);
        }

        Reorder(codePoints, table);
        if (kind is NormalizationKind.Nfc or NormalizationKind.Nfkc)
        {
            Compose(codePoints, table);
        }

        var rewritten = new StringBuilder(codePoints.Count);
        Span<char> units = stackalloc char[2];
        foreach (var codePoint in codePoints)
        {
            rewritten.Append(units[..new Rune(codePoint).EncodeToUtf16(units)]);
        }

        return rewritten.ToString();
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order within a class.</summary>
    private static void Reorder(List<int> codePoints, DecompositionTable table)
    {
        var start = 0;
        while (start < codePoints.Count)
        {
            var end = start;
            while (end < codePoints.Count && table.CombiningClassOf(codePoints[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = codePoints.GetRange(start, end - start).OrderBy(codePoint => table.CombiningClassOf(codePoint)).ToArray();
                for (var i = 0; i < sorted.Length; i++)
                {
                    codePoints[start + i] = sorted[i];
                }
            }

            start = end + 1;
        }
    }
}
