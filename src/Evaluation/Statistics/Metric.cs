namespace LmDeploy.Evaluation;

/// <summary>A scorer's figure over questions of one model.</summary>
/// <param name="Value">The figure: a mean or a perplexity, see <see cref="ScoreSummary"/>; NaN where nothing could be scored.</param>
/// <param name="Interval">Its percentile bootstrap interval over the questions.</param>
/// <param name="Count">How many questions.</param>
/// <param name="NotScored">How many of them could not be scored.</param>
public sealed record Metric(double Value, Interval Interval, int Count, int NotScored);
