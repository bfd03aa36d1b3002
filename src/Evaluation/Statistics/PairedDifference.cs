namespace LmDeploy.Evaluation;

/// <summary>How two models differ on the same questions.</summary>
/// <param name="Value">The first one's figure less the second one's.</param>
/// <param name="Interval">Its paired percentile bootstrap interval over the questions.</param>
/// <param name="PValue">How probable a difference at least as large is among models that are equally good, two-sided, 0 to 1; not corrected for several
/// comparisons.</param>
/// <param name="Test">What that comes from: <c>mcnemar-exact</c> where every score is 0 or 1, else <c>paired-permutation</c>.</param>
public sealed record PairedDifference(double Value, Interval Interval, double PValue, string Test);
