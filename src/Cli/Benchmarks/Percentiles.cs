namespace LmDeploy.Cli.Benchmarks;

/// <summary>What half, 95 and 99 of a hundred values do not exceed; NaN of none.</summary>
internal sealed record Percentiles(double P50, double P95, double P99)
{
    public static Percentiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Percentiles(At(sorted, 0.50), At(sorted, 0.95), At(sorted, 0.99));
    }

    /// <summary>The middle one, between the two middle ones of an even number; NaN of none.</summary>
    public static double Median(IEnumerable<double> values) => At([.. values.Order()], 0.5);

    /// <summary>Between two values as much of each as the place is near to it.</summary>
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
