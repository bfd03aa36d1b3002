using System.Numerics;
using LmDeploy.Evaluation;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation.Tests.Statistics;

public sealed class ScoreStatisticsTests
{
    private const double Nan = double.NaN;
    private static readonly ScoreStatistics _statistics = new(0.95, 10_000, 42);

    [Fact]
    public void Summarize_CountsWhatIsNotScoredAsNothing()
    {
        var metric = _statistics.Summarize([.. Of(1, 0, 1), ItemScore.NotScored("why")], ScoreSummary.Mean);
        (metric.Value, metric.Count, metric.NotScored).ShouldBe((0.5, 4, 1));
        metric.Interval.ShouldBe(new Interval(0, 1));
    }

    [Fact]
    public void Summarize_WeighsMeans()
        => _statistics.Summarize([Weighted(1, 3), Weighted(0, 1), Weighted(0.5, 4), Weighted(9, 0)], ScoreSummary.Mean).Value.ShouldBe(5 / 8d);

    [Fact]
    public void Summarize_LeavesOutOfAPerplexityWhatIsNotScored()
    {
        var metric = _statistics.Summarize([Weighted(Math.Log(2), 3), ItemScore.NotScored("why"), Weighted(Math.Log(16), 1)], ScoreSummary.Perplexity);
        metric.Value.ShouldBe(Math.Pow(2, 7 / 4d), 1e-12);
        metric.NotScored.ShouldBe(1);
        metric.Interval.Low.ShouldBe(2, 1e-12);
        metric.Interval.High.ShouldBe(16, 1e-12);
    }

    [Theory]
    [InlineData(ScoreSummary.Mean)]
    [InlineData(ScoreSummary.Perplexity)]
    public void Summarize_OfNothing_IsNotANumber(ScoreSummary summary)
    {
        foreach (var scores in (ItemScore[][])[[], Of(Nan), Of(Nan, Nan, Nan), [Weighted(1, Nan)], [Weighted(1, -1)]])
        {
            var metric = _statistics.Summarize(scores, summary);
            metric.Value.ShouldBe(Nan);
            metric.Interval.ShouldBe(new Interval(Nan, Nan));
            metric.NotScored.ShouldBe(scores.Length);
        }
    }

    [Fact]
    public void Summarize_OfOneOrEqualScores_HasNoWidth()
    {
        _statistics.Summarize(Of(0.3), ScoreSummary.Mean).Interval.ShouldBe(new Interval(0.3, 0.3));
        _statistics.Summarize(Of(1, 1, 1), ScoreSummary.Mean).Interval.ShouldBe(new Interval(1, 1));
        _statistics.Summarize(Of(double.PositiveInfinity, 1), ScoreSummary.Perplexity).Value.ShouldBe(double.PositiveInfinity);
    }

    /// <summary>Resamples of 0/1 scores are binomial: the interval's ends are that distribution's quantiles.</summary>
    [Fact]
    public void Summarize_IntervalIsThatOfTheBinomialDistribution()
    {
        var scores = Enumerable.Range(0, 40).Select(i => new ItemScore(i < 12 ? 1 : 0)).ToArray();
        var interval = new ScoreStatistics(0.9, 40_000, 7).Summarize(scores, ScoreSummary.Mean).Interval;
        interval.ShouldBe(new Interval(Quantile(0.05) / 40d, Quantile(0.95) / 40d));

        static int Quantile(double share)
        {
            var (k, sum) = (0, Chance(0));
            while (sum < share)
            {
                sum += Chance(++k);
            }

            return k;
        }

        static double Chance(int k) => (double)Choose(40, k) * Math.Pow(0.3, k) * Math.Pow(0.7, 40 - k);
    }

    /// <summary>The figures are those of the same computation written in Python.</summary>
    [Fact]
    public void Summarize_GivesTheSameBitsWhereverItRuns()
    {
        var scores = Enumerable.Range(0, 101).Select(i => new ItemScore(i * 37 % 101 / 100d) { Weight = 1 + (i % 3) }).ToArray();
        var metric = new ScoreStatistics(0.95, 1000, 1).Summarize(scores, ScoreSummary.Mean);
        metric.ShouldBe(new Metric { Value = 0.5020398009950251, Interval = new Interval(0.4433355220473386, 0.5638973500507464), Count = 101, NotScored = 0 });
        metric.ShouldBe(new ScoreStatistics(0.95, 1000, 1).Summarize(scores, ScoreSummary.Mean));
        new ScoreStatistics(0.95, 1000, 2).Summarize(scores, ScoreSummary.Mean).Interval.ShouldNotBe(metric.Interval);
    }

    [Fact]
    public void Compare_OfRightAndWrong_IsMcNemarExact()
    {
        // 1 against 7 of 8: 2 * (1 + 8) / 2^8.
        var difference = _statistics.Compare(Of(1, 0, 0, 0, 0, 0, 0, 0, 1, 0), Of(0, 1, 1, 1, 1, 1, 1, 1, 1, Nan), ScoreSummary.Mean);
        difference.Test.ShouldBe("mcnemar-exact");
        difference.PValue.ShouldBe(18 / 256d, 1e-15);
        difference.Value.ShouldBe(-0.6, 1e-15);
        difference.Interval.Low.ShouldBeGreaterThanOrEqualTo(-1);
        difference.Interval.High.ShouldBeLessThan(0.1);
    }

    [Fact]
    public void Compare_IsOddUnderExchange()
    {
        var random = new Random(1);
        var few = new ScoreStatistics(0.95, 200, 3);
        for (var count = 1; count < 60; count++)
        {
            ItemScore[] first = [.. Enumerable.Range(0, count).Select(_ => new ItemScore(random.NextDouble()) { Weight = random.Next(1, 5) })];
            ItemScore[] second = [.. first.Select(score => score with { Value = random.NextDouble() })];
            var (one, other) = (few.Compare(first, second, ScoreSummary.Mean), few.Compare(second, first, ScoreSummary.Mean));
            other.Value.ShouldBe(-one.Value);
            other.PValue.ShouldBe(one.PValue);
            one.PValue.ShouldBeInRange(1 / 201d, 1);
            other.Interval.Low.ShouldBe(-one.Interval.High, 1e-12);
        }
    }

    /// <summary>Against all 2^10 ways to swap.</summary>
    [Theory]
    [InlineData(ScoreSummary.Mean)]
    [InlineData(ScoreSummary.Perplexity)]
    public void Compare_PermutationTestIsThatOfAllSwaps(ScoreSummary summary)
    {
        var first = Enumerable.Range(0, 10).Select(i => new ItemScore(i * 7 % 10 / 10d) { Weight = 1 + (i % 4) }).ToArray();
        var second = Enumerable.Range(0, 10).Select(i => new ItemScore(((i * 3 % 10) + 4) / 10d) { Weight = 1 + (i % 4) }).ToArray();
        var observed = Math.Abs(Difference(0));
        var exact = Enumerable.Range(0, 1024).Count(swaps => Math.Abs(Difference(swaps)) >= observed - 1e-12) / 1024d;

        var difference = new ScoreStatistics(0.95, 100_000, 5).Compare(first, second, summary);
        difference.Test.ShouldBe("paired-permutation");
        difference.Value.ShouldBe(Difference(0), 1e-12);
        difference.PValue.ShouldBe(exact, 0.006);

        double Difference(int swaps) => Figure(i => (swaps >> i & 1) == 0 ? first[i] : second[i]) - Figure(i => (swaps >> i & 1) == 0 ? second[i] : first[i]);

        double Figure(Func<int, ItemScore> at)
        {
            var mean = Enumerable.Range(0, 10).Sum(i => at(i).Value * at(i).Weight) / Enumerable.Range(0, 10).Sum(i => at(i).Weight);
            return summary == ScoreSummary.Mean ? mean : Math.Exp(mean);
        }
    }

    [Fact]
    public void Compare_OfEqualModels_FindsNothing()
    {
        foreach (var scores in (ItemScore[][])[Of(1, 0, 1), Of(0.1, 0.2, 0.3), Of(0.5)])
        {
            _statistics.Compare(scores, scores, ScoreSummary.Mean).ShouldBe(new PairedDifference
            {
                Value = 0,
                Interval = new Interval(0, 0),
                PValue = 1,
                Test = scores[0].Value == 1 ? "mcnemar-exact" : "paired-permutation",
            });
        }
    }

    [Fact]
    public void Compare_OfNothing_IsNotANumber()
    {
        _statistics.Compare([], [], ScoreSummary.Mean).PValue.ShouldBe(1);
        _statistics.Compare(Of(Nan, 1), Of(1, Nan), ScoreSummary.Perplexity).Value.ShouldBe(Nan);
        _statistics.Compare(Of(Nan, Nan), Of(1, 1), ScoreSummary.Mean).Value.ShouldBe(Nan);
        Should.Throw<ArgumentException>(() => _statistics.Compare(Of(1), [], ScoreSummary.Mean));
        Should.Throw<ArgumentOutOfRangeException>(() => new ScoreStatistics(1.1, 1, 0));
        Should.Throw<ArgumentOutOfRangeException>(() => new ScoreStatistics(0.9, 0, 0));
    }

    [Fact]
    public void BinomialTest_IsTheSumOfTheTail()
    {
        for (var one = 0; one < 300; one += 23)
        {
            for (var other = 0; other < 300; other += 17)
            {
                var tail = Enumerable.Range(0, Math.Min(one, other) + 1).Aggregate(BigInteger.Zero, (sum, k) => sum + Choose(one + other, k));
                var exact = Math.Min(1, Math.Exp(BigInteger.Log(2 * tail) - ((one + other) * Math.Log(2))));
                BinomialTest.PValue(one, other).ShouldBe(exact, (exact * 1e-9) + 1e-300);
            }
        }
    }

    [Fact]
    public void BinomialTest_OfManyPairs_IsStable()
    {
        // Normal approximation with continuity: z = 99/100 of 10,000 pairs.
        BinomialTest.PValue(4950, 5050).ShouldBe(0.3222, 1e-3);
        BinomialTest.PValue(0, 14_000).ShouldBe(0);
        BinomialTest.PValue(0, 0).ShouldBe(1);
        BinomialTest.PValue(500_000, 500_001).ShouldBe(1, 1e-9);
    }

    private static ItemScore Weighted(double value, double weight) => new(value) { Weight = weight };

    private static ItemScore[] Of(params double[] values) => [.. values.Select(value => new ItemScore(value))];

    private static BigInteger Choose(int n, int k) => Enumerable.Range(1, k).Aggregate(BigInteger.One, (product, i) => product * (n - i + 1) / i);
}
