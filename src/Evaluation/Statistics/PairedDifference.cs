namespace LmDeploy.Evaluation;

/// <summary>How two models differ on the same questions.</summary>
public sealed record PairedDifference
{
    /// <summary>The first one's figure less the second one's.</summary>
    public required double Value { get; init; }

    /// <summary>Its paired percentile bootstrap interval over the questions.</summary>
    public required Interval Interval { get; init; }

    /// <summary>
    /// The two-sided p-value, 0 to 1: the probability of a difference at least as large between equally good models. Not corrected for multiple
    /// comparisons.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>What that comes from: <c>mcnemar-exact</c> where every score is 0 or 1, else <c>paired-permutation</c>.</summary>
    public required string Test { get; init; }
}
