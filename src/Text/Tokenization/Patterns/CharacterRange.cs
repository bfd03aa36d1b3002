namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Code points from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct CharacterRange(int First, int Last)
{
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    /// <summary>All code points.</summary>
    public static CharacterRange All { get; } = new(0, 0x10FFFF);

    /// <summary>The part of it within the basic plane, in up to two ranges without surrogates.</summary>
    public IEnumerable<CharacterRange> Basic =>
        Parts(this with { Last = Math.Min(Last, FirstSurrogate - 1) }, new(Math.Max(First, LastSurrogate + 1), Math.Min(Last, char.MaxValue)));

    /// <summary>The part of it beyond the basic plane; none or one.</summary>
    public IEnumerable<CharacterRange> Astral => Parts(this with { First = Math.Max(First, char.MaxValue + 1) });

    public bool Contains(int character) => character >= First && character <= Last;

    private static IEnumerable<CharacterRange> Parts(params CharacterRange[] parts) => parts.Where(part => part.First <= part.Last);
}
