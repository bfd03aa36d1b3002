using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Whole numbers, written without a fraction and with at most 18 digits.</summary>
internal static class IntegerSchema
{
    private const long Largest = 999_999_999_999_999_999;

    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        var bounds = NumberBounds.Of(schemas);
        var parts = new List<string>();
        if (PatternFrom(bounds, 0) is { } positive)
        {
            parts.Add(positive);
        }

        if (PatternFrom(bounds.Negated, 1) is { } negative)
        {
            parts.Add("-" + negative);
        }

        return parts.Count > 0
            ? compiler.Json.Matching(string.Join('|', parts))
            : compiler.Nothing(schemas.Place, "no integer of at most 18 digits is above the minimum and below the maximum");
    }

    private static string? PatternFrom(NumberBounds bounds, long least)
    {
        var low = bounds.Least is { } from ? decimal.Ceiling(from) + (bounds.IsAboveLeast && from == decimal.Truncate(from) && from < Largest ? 1 : 0) : least;
        var high = bounds.Most is { } to ? decimal.Floor(to) - (bounds.IsBelowMost && to == decimal.Truncate(to) && to > -Largest ? 1 : 0) : Largest;
        low = Math.Max(low, least);
        high = Math.Min(high, Largest);
        return low <= high ? WholeNumbers.Pattern((long)low, (long)high) : null;
    }
}
