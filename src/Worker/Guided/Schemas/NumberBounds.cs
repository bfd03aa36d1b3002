namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Between what a number lies.</summary>
/// <param name="Least">Null for no limit.</param>
/// <param name="Most">Null for no limit.</param>
internal readonly record struct NumberBounds(decimal? Least, bool IsAboveLeast, decimal? Most, bool IsBelowMost)
{
    /// <summary>The same for the numbers with the other sign.</summary>
    public NumberBounds Negated => new(-Most, IsBelowMost, -Least, IsAboveLeast);

    public static NumberBounds Of(SchemaPlace place)
    {
        var (least, aboveLeast) = Tighter(place.Find("minimum")?.AsNumber(), place.Find("exclusiveMinimum")?.AsNumber(), 1);
        var (most, belowMost) = Tighter(place.Find("maximum")?.AsNumber(), place.Find("exclusiveMaximum")?.AsNumber(), -1);
        return least > most || (least == most && least is not null && (aboveLeast || belowMost))
            ? throw place.Refuse("no number is above the minimum and below the maximum")
            : new NumberBounds(least, aboveLeast, most, belowMost);
    }

    private static (decimal? Value, bool IsExclusive) Tighter(decimal? inclusive, decimal? exclusive, int sign) =>
        exclusive is not null && (inclusive is null || exclusive * sign >= inclusive * sign) ? (exclusive, true) : (inclusive, false);
}
