namespace LmDeploy.Hosting;

/// <summary>A version of a package, compared as semantic versions are: <c>1.0.0-rc.2</c> comes before <c>1.0.0</c>.</summary>
internal sealed record ToolVersion(Version Number, string Label) : IComparable<ToolVersion>
{
    /// <summary>Before every other.</summary>
    public static ToolVersion None { get; } = new(new Version(), "");

    /// <summary>Reads <c>1.2.3</c> or <c>1.2.3-label</c>; what follows a plus sign is left out.</summary>
    public static ToolVersion? TryParse(string text)
    {
        var parts = text.Split('+')[0].Split('-', 2);
        return Version.TryParse(parts[0], out var number) ? new ToolVersion(number, parts.Length > 1 ? parts[1] : "") : null;
    }

    public int CompareTo(ToolVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byNumber = Number.CompareTo(other.Number);
        return byNumber != 0 ? byNumber
            : Label.Length == 0 || other.Label.Length == 0 ? other.Label.Length.CompareTo(Label.Length)
            : CompareLabels(Label.Split('.'), other.Label.Split('.'));
    }

    public override string ToString() => Label.Length == 0 ? $"{Number}" : $"{Number}-{Label}";

    /// <summary>Numbers as numbers, before words.</summary>
    private static int CompareLabels(string[] left, string[] right)
    {
        foreach (var (one, other) in left.Zip(right))
        {
            var order = (int.TryParse(one, out var a), int.TryParse(other, out var b)) switch
            {
                (true, true) => a.CompareTo(b),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(one, other),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
