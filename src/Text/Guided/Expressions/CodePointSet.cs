namespace LmDeploy.Text.Guided.Expressions;

/// <summary>A set of characters, none of them half of a surrogate pair. Immutable.</summary>
internal sealed class CodePointSet
{
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int Last = 0x10FFFF;

    public CodePointSet(IEnumerable<CodePointRange> ranges)
    {
        var merged = new List<CodePointRange>();
        foreach (var range in ranges.SelectMany(WithoutSurrogates).OrderBy(range => range.Low))
        {
            if (merged.Count > 0 && range.Low <= merged[^1].High + 1)
            {
                merged[^1] = merged[^1] with { High = Math.Max(merged[^1].High, range.High) };
            }
            else
            {
                merged.Add(range);
            }
        }

        Ranges = merged;
    }

    public static CodePointSet All { get; } = new([new CodePointRange(0, Last)]);

    /// <summary>In order, none touching another.</summary>
    public IReadOnlyList<CodePointRange> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    public static CodePointSet Of(params ReadOnlySpan<int> characters) => new(characters.ToArray().Select(value => new CodePointRange(value, value)));

    public bool Contains(int character) => Ranges.Any(range => range.Low <= character && character <= range.High);

    public CodePointSet Union(CodePointSet other) => new(Ranges.Concat(other.Ranges));

    public CodePointSet Except(CodePointSet other) => other.Complement().Intersect(this);

    public CodePointSet Complement()
    {
        var gaps = new List<CodePointRange>();
        var next = 0;
        foreach (var range in Ranges)
        {
            gaps.Add(new CodePointRange(next, range.Low - 1));
            next = range.High + 1;
        }

        gaps.Add(new CodePointRange(next, Last));
        return new CodePointSet(gaps);
    }

    public CodePointSet Intersect(CodePointSet other) => new(
        from one in Ranges
        from two in other.Ranges
        select new CodePointRange(Math.Max(one.Low, two.Low), Math.Min(one.High, two.High)));

    private static IEnumerable<CodePointRange> WithoutSurrogates(CodePointRange range)
    {
        CodePointRange[] parts =
        [
            range with { High = Math.Min(range.High, FirstSurrogate - 1) },
            range with { Low = Math.Max(range.Low, LastSurrogate + 1) },
        ];
        return parts.Where(part => part.Low <= part.High);
    }
}
