namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>A trie in the form of Darts-clone: units of 32 bits in one array. What lies outside of the array is not there.</summary>
/// <remarks>https://github.com/s-yata/darts-clone; the layout of a unit is that of its include/darts.h.</remarks>
internal sealed class DoubleArrayTrie(uint[] units)
{
    private const uint LeafFlag = 1 << 8;
    private const uint WideFlag = 1 << 9;
    private const uint ValueMask = (1U << 31) - 1;
    private const uint LabelMask = (1U << 31) | 0xFF;

    /// <summary>The value of the shortest entry that a text begins with; null where there is none.</summary>
    public int? ShortestPrefix(ReadOnlySpan<byte> text)
    {
        if (!TryRead(0, out var unit))
        {
            return null;
        }

        var node = Offset(unit);
        foreach (var next in text)
        {
            node ^= next;
            if (next == 0 || !TryRead(node, out unit) || (unit & LabelMask) != next)
            {
                return null;
            }

            node ^= Offset(unit);
            if ((unit & LeafFlag) != 0)
            {
                return TryRead(node, out var leaf) ? (int)(leaf & ValueMask) : null;
            }
        }

        return null;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & WideFlag) >> 6);

    private bool TryRead(uint node, out uint unit)
    {
        var isThere = node < units.Length;
        unit = isThere ? units[node] : 0;
        return isThere;
    }
}
