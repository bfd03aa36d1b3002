using LmDeploy.Evaluation;
using LmDeploy.Reports;

namespace LmDeploy.Reports.Tests;

public sealed class FindingsTests
{
    [Theory]
    [InlineData(0.12, 0.003, "A answered 12 points more than B: 62 % against 50 % by exact, p = 0.003")]
    [InlineData(0.12, 0.0004, "A answered 12 points more than B: 62 % against 50 % by exact, p < 0.001")]
    [InlineData(0.12, 0.05, "No significant difference between A and B: 62 % against 50 % by exact, p = 0.050")]
    [InlineData(-0.12, 0.003, "B answered 12 points more than A: 62 % against 50 % by exact, p = 0.003")]
    public void TheWinnerIsFirst(double difference, double p, string finding)
    {
        var (a, b) = difference > 0 ? (0.62, 0.5) : (0.5, 0.62);
        Find(["exact"], [Model("A", ("exact", a)), Model("B", ("exact", b))], Difference("A", "B", "exact", difference, p)).ShouldBe([finding]);
    }

    [Fact]
    public void LessPerplexityIsBetter() =>
        Find(
            ["perplexity"], [Model("A", ("perplexity", 2.5)), Model("B", ("perplexity", 2))],
            Difference("A", "B", "perplexity", 0.5, 0.01, "paired-permutation"))
            .ShouldBe(["B scored 0.5 less than A: 2 against 2.5 by perplexity, where less is better, p = 0.010"]);

    [Fact]
    public void TheBestTwoAreComparedFirst_AndAllThatIsSignificantFollows() =>
        Find(
            ["exact", "rouge_l"],
            [
                Model("low", ("exact", 0.2), ("rouge_l", 0.5)), Model("best", ("exact", 0.8), ("rouge_l", 0.5)),
                Model("next", ("exact", 0.75), ("rouge_l", 0.5)),
                new ModelOutcome { Name = "failed", Path = "failed" },
            ],
            Difference("low", "best", "exact", -0.6, 0.001),
            Difference("low", "next", "exact", -0.55, 0.002),
            Difference("best", "next", "exact", 0.05, 0.4),
            Difference("low", "best", "rouge_l", 0, 1, "paired-permutation")).ShouldBe(
            [
                "No significant difference between best and next: 80 % against 75 % by exact, p = 0.400",
                "best answered 60 points more than low: 80 % against 20 % by exact, p = 0.001",
                "next answered 55 points more than low: 75 % against 20 % by exact, p = 0.002",
            ]);

    [Fact]
    public void WithoutScorersTheJudgeDecides()
    {
        var result = Result([], [Model("A"), Model("B")]) with
        {
            Judgements =
            [
                new ModelJudgement
                {
                    First = "A",
                    Second = "B",
                    WinRate = new WinRate
                    {
                        Value = 0.25, Interval = new Interval(0.1, 0.4), Wins = 1, Losses = 9, Ties = 6, NotJudged = 0, PValue = 0.021,
                    },
                },
            ],
        };
        ComparisonReport.ToFindings(result).ShouldBe(["B was preferred to A: a win rate of 75 % by the judge, 9 won, 1 lost, 6 tied, p = 0.021"]);
    }

    [Fact]
    public void OneModelIsComparedWithNobody()
    {
        Find(["exact"], [Model("A", ("exact", 1))]).ShouldBeEmpty();
        Find(["exact"], [Model("A", ("exact", double.NaN)), Model("B", ("exact", 1))], Difference("A", "B", "exact", double.NaN, 1)).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Find(string[] scorers, ModelOutcome[] models, params ModelDifference[] differences) =>
        ComparisonReport.ToFindings(Result(scorers, models) with { Differences = differences });

    private static ComparisonResult Result(string[] scorers, ModelOutcome[] models) =>
        new() { Dataset = "sums", Scorers = scorers, Models = models, Differences = [], Memory = [], Confidence = 0.95 };

    private static ModelOutcome Model(string name, params (string Scorer, double Value)[] figures) => new()
    {
        Name = name,
        Path = name,
        Metrics = figures.ToDictionary(
            figure => figure.Scorer, figure => new Metric { Value = figure.Value, Interval = new Interval(0, 1), Count = 9, NotScored = 0 }),
    };

    private static ModelDifference Difference(string first, string second, string scorer, double value, double p, string test = "mcnemar-exact") => new()
    {
        First = first,
        Second = second,
        Scorer = scorer,
        Difference = new PairedDifference { Value = value, Interval = new Interval(-1, 1), PValue = p, Test = test },
    };
}
