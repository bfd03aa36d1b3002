namespace LmDeploy.Evaluation;

/// <summary>What a scorer makes of one question.</summary>
/// <param name="Value">The score, usually 0 to 1; NaN where the question could not be scored.</param>
/// <param name="Weight">How much it counts among others, 0 or more: tokens, for a perplexity. Default: 1.</param>
/// <param name="Detail">What led to it, for whoever reads a report. Default: null.</param>
public readonly record struct ItemScore(double Value, double Weight = 1, string? Detail = null)
{
    /// <summary>A question that could not be scored. A mean counts it as 0, a perplexity leaves it out.</summary>
    public static ItemScore NotScored(string why) => new(double.NaN, 1, why);
}
