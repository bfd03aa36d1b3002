using System.Runtime.Intrinsics;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation.Statistics;

/// <summary>
/// Figures of scores and how sure they are. The same scores and seed give the same figures, bit for bit, on every machine; those of a perplexity as far as the
/// machines have the same exponential function.
/// </summary>
/// <param name="confidence">0 to 1.</param>
/// <param name="resamples">How many samples of the bootstrap and of the permutation test, 1 or more.</param>
/// <param name="seed">Of both.</param>
internal sealed class ScoreStatistics(double confidence, int resamples, int seed)
{
    private readonly double _confidence = Ensure.InRange(confidence, 0, 1, nameof(confidence));
    private readonly int _resamples = Ensure.AtLeast(resamples, 1, nameof(resamples));

    /// <summary>The figure of one model: products of value and weight by weights, so that what weighs more counts more.</summary>
    public Metric Summarize(IReadOnlyList<ItemScore> scores, ScoreSummary summary)
    {
        var scored = scores.Count(score => score.IsScored());
        if (scored == 0)
        {
            return new Metric { Value = double.NaN, Interval = new Interval(double.NaN, double.NaN), Count = scores.Count, NotScored = scores.Count };
        }

        var counting = scores.Where(score => summary == ScoreSummary.Mean || score.IsScored()).Select(score => score.ToShare());
        Vector128<double>[] rows = [.. counting.Select(share => Vector128.Create(share.Product, share.Weight))];
        var value = Figure(rows.Aggregate(Vector128<double>.Zero, (sum, row) => sum + row));
        var interval = Quantiles.Middle(Bootstrap.Resample(rows, _resamples, seed).Select(Figure), _confidence);
        return new Metric { Value = value, Interval = interval, Count = scores.Count, NotScored = scores.Count - scored };

        double Figure(Vector128<double> sums) => Figures.Of(summary, sums[0], sums[1]);
    }

    /// <summary>
    /// How two models differ. In a perplexity questions are left out that either could not be scored on, so that both are measured on the same ones.
    /// </summary>
    /// <param name="first">Scores of one model.</param>
    /// <param name="second">Scores of the other on the same questions in the same order.</param>
    /// <param name="summary">What figure.</param>
    /// <returns>NaN and a p-value of 1 where there is nothing to compare. McNemar's test also needs weights that are all the same.</returns>
    /// <exception cref="ArgumentException">There are more or fewer scores of one.</exception>
    public PairedDifference Compare(IReadOnlyList<ItemScore> first, IReadOnlyList<ItemScore> second, ScoreSummary summary)
    {
        if (first.Count != second.Count)
        {
            throw new ArgumentException($"Scores of the same questions are needed, got {first.Count} and {second.Count}.", nameof(second));
        }

        var pairs = first.Zip(second).Where(pair => summary == ScoreSummary.Mean || (pair.First.IsScored() && pair.Second.IsScored()));
        Vector256<double>[] rows = [.. pairs.Select(pair => ToRow(pair.First.ToShare(), pair.Second.ToShare()))];
        var isBinary = summary == ScoreSummary.Mean && rows.Length > 0 && rows.All(row => IsBinary(row, rows[0][1]));
        var test = isBinary ? "mcnemar-exact" : "paired-permutation";
        if (!first.Any(score => score.IsScored()) || !second.Any(score => score.IsScored()) || rows.Length == 0)
        {
            return new PairedDifference { Value = double.NaN, Interval = new Interval(double.NaN, double.NaN), PValue = 1, Test = test };
        }

        var value = Difference(rows.Aggregate(Vector256<double>.Zero, (sum, row) => sum + row));
        var interval = Quantiles.Middle(Bootstrap.Resample(rows, _resamples, seed).Select(Difference), _confidence);
        var p = isBinary
            ? BinomialTest.PValue(rows.Count(row => row[0] > row[2]), rows.Count(row => row[0] < row[2]))
            : PermutationTest.PValue(rows, summary, _resamples, seed);
        return new PairedDifference { Value = value, Interval = interval, PValue = p, Test = test };

        double Difference(Vector256<double> sums) => Figures.Difference(summary, sums);
    }

    private static Vector256<double> ToRow((double Product, double Weight) one, (double Product, double Weight) other)
        => Vector256.Create(one.Product, one.Weight, other.Product, other.Weight);

    private static bool IsBinary(Vector256<double> row, double weight)
        => weight > 0 && row[1] == weight && row[3] == weight && (row[0] == 0 || row[0] == weight) && (row[2] == 0 || row[2] == weight);
}
