using System.Runtime.Intrinsics;

namespace LmDeploy.Evaluation.Statistics;

/// <summary>
/// Sums over questions that are drawn with replacement, as many as there are. The sums are added in the order of the draws, so they are the same on every
/// machine.
/// </summary>
internal static class Bootstrap
{
    public static IEnumerable<Vector128<double>> Resample(Vector128<double>[] rows, int resamples, int seed)
    {
        var random = new Xoshiro256(seed);
        for (var i = 0; i < resamples; i++)
        {
            yield return Sum(rows, ref random);
        }
    }

    public static IEnumerable<Vector256<double>> Resample(Vector256<double>[] rows, int resamples, int seed)
    {
        var random = new Xoshiro256(seed);
        for (var i = 0; i < resamples; i++)
        {
            yield return Sum(rows, ref random);
        }
    }

    private static Vector128<double> Sum(Vector128<double>[] rows, ref Xoshiro256 state)
    {
        var (sum, random) = (Vector128<double>.Zero, state);
        for (var i = 0; i < rows.Length; i++)
        {
            sum += rows[random.NextBelow(rows.Length)];
        }

        state = random;
        return sum;
    }

    private static Vector256<double> Sum(Vector256<double>[] rows, ref Xoshiro256 state)
    {
        var (sum, random) = (Vector256<double>.Zero, state);
        for (var i = 0; i < rows.Length; i++)
        {
            sum += rows[random.NextBelow(rows.Length)];
        }

        state = random;
        return sum;
    }
}
