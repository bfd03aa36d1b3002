namespace LmDeploy.Text.Guided.Networks;

/// <summary>A set of bytes, one bit each.</summary>
internal struct ByteSet
{
    private UInt128 _low;
    private UInt128 _high;

    /// <summary>Adds the bytes from one to another, both included.</summary>
    public void Add(byte low, byte high)
    {
        _low |= Bits(low, high, 0);
        _high |= Bits(low, high, 128);
    }

    public readonly bool Contains(byte value) => ((value < 128 ? _low >> value : _high >> (value - 128)) & UInt128.One) != 0;

    /// <summary>Of the 128 bytes from the first those that are in the range, one bit each.</summary>
    private static UInt128 Bits(int low, int high, int first)
    {
        (low, high) = (Math.Max(low - first, 0), Math.Min(high - first, 127));
        return low > high ? 0 : (UInt128.MaxValue >> (127 - high)) & (UInt128.MaxValue << low);
    }
}
