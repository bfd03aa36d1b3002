namespace LmDeploy.Cli.Benchmarks;

/// <summary>The 50th, 95th and 99th percentile; NaN without values.</summary>
internal sealed record Percentiles(double P50, double P95, double P99)
{
    public static Percentiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Percentiles(At(sorted, 0.50), At(sorted, 0.95), At(sorted, 0.99));
    }

    /// <summary>The median; NaN without values.</summary>
    public static double Median(IEnumerable<double> values) => At([.. values.Order()], 0.5);

    /// <summary>Interpolates linearly between two values.</summary>
    private static double At(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
