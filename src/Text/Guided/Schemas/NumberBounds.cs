using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Between what a number lies.</summary>
/// <param name="Least">Null for no limit.</param>
/// <param name="Most">Null for no limit.</param>
internal readonly record struct NumberBounds(decimal? Least, bool IsAboveLeast, decimal? Most, bool IsBelowMost)
{
    /// <summary>The same for the numbers with the other sign.</summary>
    public NumberBounds Negated => new(-Most, IsBelowMost, -Least, IsAboveLeast);

    /// <summary>Whether no number is between them.</summary>
    public bool AreEmpty => Least > Most || (Least == Most && Least is not null && (IsAboveLeast || IsBelowMost));

    /// <summary>Whether a number lies between them.</summary>
    public bool Has(decimal number) => !(number < Least) && !(number > Most) && !(number == Least && IsAboveLeast) && !(number == Most && IsBelowMost);

    public static NumberBounds Of(Conjunction schemas)
    {
        var (least, aboveLeast) = Tightest(schemas.Parts, "minimum", "exclusiveMinimum", 1);
        var (most, belowMost) = Tightest(schemas.Parts, "maximum", "exclusiveMaximum", -1);
        return new NumberBounds(least, aboveLeast, most, belowMost);
    }

    private static (decimal? Value, bool IsExclusive) Tightest(IReadOnlyList<SchemaPlace> parts, string inclusive, string exclusive, int sign) => parts
        .SelectMany(part => Bounds(part, inclusive, exclusive))
        .OrderByDescending(bound => bound.Value * sign).ThenByDescending(bound => bound.IsExclusive)
        .FirstOrDefault();

    /// <summary>The exclusive bound is a number or, until draft 4, says whether the other one is exclusive.</summary>
    private static IEnumerable<(decimal? Value, bool IsExclusive)> Bounds(SchemaPlace part, string inclusive, string exclusive)
    {
        var flag = part.Find(exclusive) is { Element.ValueKind: JsonValueKind.True or JsonValueKind.False } given ? given.Element.GetBoolean() : (bool?)null;
        if (part.Find(inclusive) is { } bound)
        {
            yield return (bound.AsNumber(), flag == true);
        }

        if (flag is null && part.Find(exclusive) is { } other)
        {
            yield return (other.AsNumber(), true);
        }
    }
}
