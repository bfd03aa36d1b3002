namespace LmDeploy.Evaluation;

/// <summary>The score of one question.</summary>
public readonly record struct ItemScore
{
    /// <summary>Makes a score of weight 1.</summary>
    /// <param name="value">The score, usually 0 to 1; NaN where the question could not be scored.</param>
    public ItemScore(double value) => Value = value;

    /// <summary>The score, usually 0 to 1; NaN where the question could not be scored.</summary>
    public double Value { get; init; }

    /// <summary>
    /// How much it counts among others, 0 or more: tokens, for a perplexity. A question with another one counts as not scored. Default: 1; 0 in
    /// <c>default(ItemScore)</c>.
    /// </summary>
    public double Weight { get; init; } = 1;

    /// <summary>The reason for the score, shown in reports. Default: null.</summary>
    public string? Detail { get; init; }

    /// <summary>A question that could not be scored. A mean counts it as 0, a perplexity leaves it out.</summary>
    /// <param name="why">The reason, shown in reports.</param>
    public static ItemScore NotScored(string why) => new(double.NaN) { Detail = why };
}
