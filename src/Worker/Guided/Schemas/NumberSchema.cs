using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Numbers. With a bound, which must be whole, they have no exponent.</summary>
internal static class NumberSchema
{
    private const long Largest = 9_999_999_999_999_999;

    private static readonly string[] _keywords = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"];

    public static Rule Make(SchemaCompiler compiler, SchemaPlace place)
    {
        var bounds = NumberBounds.Of(place);
        if (bounds == default)
        {
            return compiler.Json.Number;
        }

        foreach (var keyword in _keywords)
        {
            if (place.Find(keyword) is { } bound && (bound.AsNumber() != decimal.Truncate(bound.AsNumber()) || Math.Abs(bound.AsNumber()) > Largest))
            {
                throw bound.Refuse($"{keyword} of a number is supported only where it is whole and has at most 16 digits");
            }
        }

        string[] parts = [.. Patterns(bounds, "", includesZero: true), .. Patterns(bounds.Negated, "-", includesZero: false)];
        return compiler.Json.Matching(string.Join('|', parts));
    }

    /// <summary>The numbers from 0 that lie within the bounds.</summary>
    private static IEnumerable<string> Patterns(NumberBounds bounds, string sign, bool includesZero)
    {
        var low = (long)Math.Max(bounds.Least ?? 0, 0);
        var isAboveLow = bounds.Least >= 0 ? bounds.IsAboveLeast : !includesZero;
        var high = (long)(bounds.Most ?? Largest);
        if (low < high || bounds.Most is null)
        {
            // The whole part decides, but at the lower end when that is excluded.
            var first = isAboveLow ? low + 1 : low;
            if (first <= high - (bounds.Most is null ? 0 : 1))
            {
                yield return $"{sign}{WholeNumbers.Pattern(first, high - (bounds.Most is null ? 0 : 1))}{JsonRules.Fraction}?";
            }

            if (isAboveLow)
            {
                yield return $@"{sign}{low}\.[0-9]{{0,15}}[1-9]";
            }
        }

        if (bounds.Most is not null && !bounds.IsBelowMost && high >= low && (high > low || !isAboveLow))
        {
            yield return $@"{sign}{high}(?:\.0)?";
        }
    }
}
