namespace LmDeploy.Evaluation.Statistics;

/// <summary>Figures of scores and how sure they are. The same scores and seed give the same figures.</summary>
/// <param name="confidence">0 to 1.</param>
/// <param name="resamples">How many samples of the bootstrap and of the permutation test.</param>
/// <param name="seed">Of both.</param>
internal sealed class ScoreStatistics(double confidence, int resamples, int seed)
{
    public Metric Summarize(IReadOnlyList<ItemScore> scores, ScoreSummary summary) => throw new NotImplementedException($"{confidence} {resamples} {seed}");

    /// <param name="first">Scores of one model.</param>
    /// <param name="second">Scores of the other on the same questions in the same order.</param>
    /// <param name="summary">What figure.</param>
    public PairedDifference Compare(IReadOnlyList<ItemScore> first, IReadOnlyList<ItemScore> second, ScoreSummary summary) => throw new NotImplementedException($"{first.Count} {second.Count} {summary}");
}
