using System.Runtime.Intrinsics;

namespace LmDeploy.Evaluation.Statistics;

/// <summary>The paired permutation test: were two models equally good, each question's scores could as well be the other way round.</summary>
internal static class PermutationTest
{
    /// <summary>Differences that only rounding keeps apart count as equal: so much of the figures themselves.</summary>
    private const double Slack = 1e-12;

    /// <param name="rows">For each question product and weight of the one, then of the other.</param>
    /// <param name="summary">What figures are compared.</param>
    /// <param name="resamples">How often the scores of each question are swapped or not.</param>
    /// <param name="seed">Of what is swapped.</param>
    /// <returns>(b + 1) / (m + 1), where b of m samples differ at least as much: two-sided, never 0.</returns>
    public static double PValue(Vector256<double>[] rows, ScoreSummary summary, int resamples, int seed)
    {
        var either = rows.SelectMany(row => (Vector256<double>[])[row, Vector256.Create(row.GetUpper(), row.GetLower())]).ToArray();
        var sums = rows.Aggregate(Vector256<double>.Zero, (sum, row) => sum + row);
        var least = Math.Abs(Figures.Difference(summary, sums))
            - (Slack * (Math.Abs(Figures.Of(summary, sums[0], sums[1])) + Math.Abs(Figures.Of(summary, sums[2], sums[3]))));
        var random = new Xoshiro256(seed);
        var asLarge = 0;
        for (var i = 0; i < resamples; i++)
        {
            // A difference that is not a number counts as large: what is not known must not speak for one of the models.
            asLarge += Math.Abs(Figures.Difference(summary, SumOfEither(either, ref random))) < least ? 0 : 1;
        }

        return (asLarge + 1d) / (resamples + 1d);
    }

    private static Vector256<double> SumOfEither(Vector256<double>[] either, ref Xoshiro256 random)
    {
        var sum = Vector256<double>.Zero;
        for (var i = 0; i < either.Length;)
        {
            var bits = random.Next();
            for (var end = Math.Min(either.Length, i + 128); i < end; i += 2, bits >>= 1)
            {
                sum += either[i + (int)(bits & 1)];
            }
        }

        return sum;
    }
}
