namespace LmDeploy.Worker.Tokenization.Patterns;

/// <summary>Code points from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct CharacterRange(int First, int Last)
{
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    /// <summary>All code points.</summary>
    public static CharacterRange All { get; } = new(0, 0x10FFFF);

    /// <summary>The part of it within the basic plane, in up to two ranges without surrogates.</summary>
    public IEnumerable<CharacterRange> Basic => Parts(this with { Last = Math.Min(Last, FirstSurrogate - 1) }, new(Math.Max(First, LastSurrogate + 1), Math.Min(Last, char.MaxValue)));

    /// <summary>The part of it beyond the basic plane; none or one.</summary>
    public IEnumerable<CharacterRange> Astral => Parts(this with { First = Math.Max(First, char.MaxValue + 1) });

    public bool Contains(int character) => character >= First && character <= Last;

    /// <summary>What is in none of some ranges, which are in order.</summary>
    public static IEnumerable<CharacterRange> Complement(IEnumerable<CharacterRange> ranges)
    {
        var next = All.First;
        foreach (var range in ranges)
        {
            if (range.First > next)
            {
                yield return new CharacterRange(next, range.First - 1);
            }

            next = range.Last + 1;
        }

        if (next <= All.Last)
        {
            yield return new CharacterRange(next, All.Last);
        }
    }

    private static IEnumerable<CharacterRange> Parts(params CharacterRange[] parts) => parts.Where(part => part.First <= part.Last);
}
