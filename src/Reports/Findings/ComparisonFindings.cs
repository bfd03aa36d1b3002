using System.Globalization;
using LmDeploy.Evaluation;

namespace LmDeploy.Reports.Findings;

/// <summary>What a comparison says about which model is better: the winner first, then every other significant difference.</summary>
internal static class ComparisonFindings
{
    private const double UsualLevel = 0.05;

    /// <summary>1 - 0.95 is more than 0.05.</summary>
    private const int Digits = 12;

    private const string BinaryTest = "mcnemar-exact";

    /// <summary>Sentences without their stops; none where no two models have figures.</summary>
    public static IReadOnlyList<string> Of(ComparisonResult result)
    {
        var level = result.Confidence is > 0 and < 1 ? Math.Round(1 - result.Confidence, Digits) : UsualLevel;
        var byScorer = result.Scorers.Select(scorer => OfScorer(result, scorer)).ToList();
        var byJudge = OfJudge(result);
        var first = byScorer.Zip(result.Scorers, (findings, scorer) => Top(findings, Ranked(result, scorer))).FirstOrDefault(top => top is not null)
            ?? Top(byJudge, RankedByJudge(result));
        return first is null
            ? []
            : [first.Say(level), .. byScorer.Append(byJudge).SelectMany(findings => findings)
                .Where(finding => finding != first && finding.PValue < level)
                .Select(finding => finding.Say(level))];
    }

    /// <summary>The best model against the next one.</summary>
    private static Finding? Top(List<Finding> findings, IReadOnlyList<string> ranked)
        => ranked.Count < 2 ? null : findings.Find(finding => finding.IsOf(ranked[0], ranked[1]));

    private static List<Finding> OfScorer(ComparisonResult result, string scorer) =>
        [.. result.Differences
            .Where(pair => pair.Scorer == scorer && double.IsFinite(pair.Difference.Value))
            .Select(pair => OfDifference(pair, Figure(result, pair.First, scorer), Figure(result, pair.Second, scorer)))];

    private static Finding OfDifference(ModelDifference pair, double first, double second)
    {
        var isLessBetter = IsLessBetter(pair.Scorer);
        var isFirstBetter = isLessBetter ? pair.Difference.Value < 0 : pair.Difference.Value >= 0;
        var (better, worse) = isFirstBetter ? (pair.First, pair.Second) : (pair.Second, pair.First);
        var (high, low) = isFirstBetter ? (first, second) : (second, first);
        var size = Math.Abs(pair.Difference.Value);
        return pair.Difference.Test == BinaryTest
            ? new Finding(
                better, worse, pair.Difference.PValue, $"answered {Percent(size)} points more than",
                $"{Percent(high)} % against {Percent(low)} % by {pair.Scorer}")
            : new Finding(
                better, worse, pair.Difference.PValue, $"scored {Format.Score(size)} {(isLessBetter ? "less" : "more")} than",
                $"{Format.Score(high)} against {Format.Score(low)} by {pair.Scorer}{(isLessBetter ? ", where less is better" : "")}");
    }

    private static List<Finding> OfJudge(ComparisonResult result) =>
        [.. result.Judgements.Where(pair => double.IsFinite(pair.WinRate.Value)).Select(pair =>
        {
            var rate = pair.WinRate;
            var (better, worse, share) = rate.Value >= 0.5 ? (pair.First, pair.Second, rate.Value) : (pair.Second, pair.First, 1 - rate.Value);
            var (wins, losses) = rate.Value >= 0.5 ? (rate.Wins, rate.Losses) : (rate.Losses, rate.Wins);
            return new Finding(
                better, worse, rate.PValue, "was preferred to",
                string.Create(CultureInfo.InvariantCulture, $"a win rate of {Percent(share)} % by the judge, {wins} won, {losses} lost, {rate.Ties} tied"));
        })];

    /// <summary>The models that the scorer is through with, the best first.</summary>
    private static List<string> Ranked(ComparisonResult result, string scorer) =>
        [.. result.Models
            .Where(model => double.IsFinite(Figure(model, scorer)))
            .OrderBy(model => IsLessBetter(scorer) ? Figure(model, scorer) : -Figure(model, scorer))
            .Select(model => model.Name)];

    private static List<string> RankedByJudge(ComparisonResult result) =>
        [.. result.Judgements
            .Where(pair => double.IsFinite(pair.WinRate.Value))
            .SelectMany(pair => new (string Model, double Rate)[] { (pair.First, pair.WinRate.Value), (pair.Second, 1 - pair.WinRate.Value) })
            .GroupBy(one => one.Model, one => one.Rate, StringComparer.Ordinal)
            .OrderByDescending(model => model.Average())
            .Select(model => model.Key)];

    private static double Figure(ComparisonResult result, string model, string scorer) => Figure(result.Models.First(one => one.Name == model), scorer);

    private static double Figure(ModelOutcome model, string scorer) => model.Metrics.GetValueOrDefault(scorer)?.Value ?? double.NaN;

    private static bool IsLessBetter(string scorer) => scorer == Scorer.Perplexity.Name;

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture);
}
