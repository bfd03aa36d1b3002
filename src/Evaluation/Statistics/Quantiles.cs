namespace LmDeploy.Evaluation.Statistics;

/// <summary>The middle part of many values.</summary>
internal static class Quantiles
{
    /// <summary>
    /// What the share <paramref name="confidence"/> of the values lies in, as much below it as above; NaN without values. Values that are NaN do not count.
    /// </summary>
    public static Interval Middle(IEnumerable<double> values, double confidence)
    {
        double[] sorted = [.. values.Where(value => !double.IsNaN(value)).Order()];
        return sorted.Length == 0 ? new Interval(double.NaN, double.NaN) : new Interval(At(sorted, (1 - confidence) / 2), At(sorted, (1 + confidence) / 2));
    }

    /// <summary>Between two values it is interpolated, as numpy does.</summary>
    private static double At(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var (low, high) = (sorted[below], sorted[Math.Min(below + 1, sorted.Length - 1)]);
        var part = position - below;
        return low == high || part == 0 ? low : low + ((high - low) * part);
    }
}
