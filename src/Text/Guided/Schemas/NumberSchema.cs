using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Numbers. With a bound they have no exponent.</summary>
internal static class NumberSchema
{
    private const long Largest = 9_999_999_999_999_999;

    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        var bounds = NumberBounds.Of(schemas);
        if (bounds == default)
        {
            return compiler.Json.Number;
        }

        if (bounds.AreEmpty)
        {
            return compiler.Nothing(schemas.Place, "no number is above the minimum and below the maximum");
        }

        if (Digits(bounds.Least) > FractionDigits.Most || Digits(bounds.Most) > FractionDigits.Most)
        {
            throw schemas.Place.Refuse($"a bound of a number has more than {FractionDigits.Most} digits after the point, which is not supported");
        }

        string[] parts = [.. Patterns(bounds, "", includesZero: true), .. Patterns(bounds.Negated, "-", includesZero: false)];
        return parts.Length > 0
            ? compiler.Json.Matching(string.Join('|', parts))
            : compiler.Nothing(
                schemas.Place,
                $"no number of at most 16 digits before and {FractionDigits.Most} after the point is above the minimum and below the maximum");
    }

    private static int Digits(decimal? bound) => bound is { } number ? FractionLimit.Of(Math.Abs(number), isExclusive: false).Digits.Length : 0;

    /// <summary>The numbers from 0 that lie within the bounds.</summary>
    private static IEnumerable<string> Patterns(NumberBounds bounds, string sign, bool includesZero)
    {
        // Without a bound of their own they begin at 0, which only one of the two signs has.
        var (least, isAbove) = bounds.Least > 0 || (bounds.Least == 0 && includesZero) ? (bounds.Least.Value, bounds.IsAboveLeast) : (0m, !includesZero);
        var (most, isBelow) = bounds.Most is { } given && given <= Largest ? (given, bounds.IsBelowMost) : (Largest + 1m, true);
        var (low, high) = (decimal.Floor(least), decimal.Floor(most));
        if (least > most || low > Largest)
        {
            yield break;
        }

        var (lowLimit, highLimit) = (FractionLimit.Of(least, isAbove), FractionLimit.Of(most, isBelow));
        if (low == high)
        {
            foreach (var number in WithFraction($"{sign}{low:F0}", lowLimit, highLimit))
            {
                yield return number;
            }

            yield break;
        }

        // Where nothing is to be left out at the lower end, it belongs to what is between.
        var isWhole = lowLimit.IsBelowOrAtZero;
        foreach (var number in isWhole ? [] : WithFraction($"{sign}{low:F0}", lowLimit, null))
        {
            yield return number;
        }

        var first = isWhole ? low : low + 1;
        if (first < high)
        {
            yield return $"{sign}{WholeNumbers.Pattern((long)first, (long)high - 1)}{JsonRules.Fraction}?";
        }

        foreach (var number in high <= Largest ? WithFraction($"{sign}{high:F0}", null, highLimit) : [])
        {
            yield return number;
        }
    }

    private static IEnumerable<string> WithFraction(string whole, FractionLimit? low, FractionLimit? high)
    {
        var digits = FractionDigits.Pattern(low, high);
        if (FractionDigits.MayEnd(low, high))
        {
            yield return digits is null ? whole : $@"{whole}(?:\.{digits})?";
        }
        else if (digits is not null)
        {
            yield return $@"{whole}\.{digits}";
        }
    }
}
