namespace LmDeploy.Evaluation;

/// <summary>A scorer's figure over questions of one model.</summary>
public sealed record Metric
{
    /// <summary>The figure: a mean or a perplexity, see <see cref="ScoreSummary"/>; NaN where nothing could be scored.</summary>
    public required double Value { get; init; }

    /// <summary>Its percentile bootstrap interval over the questions.</summary>
    public required Interval Interval { get; init; }

    /// <summary>How many questions.</summary>
    public required int Count { get; init; }

    /// <summary>How many of them could not be scored.</summary>
    public required int NotScored { get; init; }
}
