using System.Runtime.Intrinsics;

namespace LmDeploy.Evaluation.Statistics;

/// <summary>What scores come to.</summary>
internal static class Figures
{
    /// <summary>Whether a question counts as scored: its value is a number, its weight one from 0.</summary>
    public static bool IsScored(this ItemScore score) => !double.IsNaN(score.Value) && score.Weight >= 0 && double.IsFinite(score.Weight);

    /// <summary>What a question adds to the sum of weighted values, and to that of weights.</summary>
    public static (double Product, double Weight) ToShare(this ItemScore score)
        => !score.IsScored() ? (0, score.Weight >= 0 && double.IsFinite(score.Weight) ? score.Weight : 1)
        : score.Weight == 0 ? (0, 0)
        : (score.Value * score.Weight, score.Weight);

    /// <summary>The figure of two sums; NaN where nothing has weight.</summary>
    public static double Of(ScoreSummary summary, double products, double weights)
        => summary == ScoreSummary.Perplexity ? Math.Exp(products / weights) : products / weights;

    /// <summary>The figure of the first two sums less that of the other two.</summary>
    public static double Difference(ScoreSummary summary, Vector256<double> sums) => Of(summary, sums[0], sums[1]) - Of(summary, sums[2], sums[3]);
}
