namespace LmDeploy.Evaluation;

/// <summary>A judge's comparison of two models' answers.</summary>
public sealed record ModelJudgement
{
    /// <summary>The name of one model.</summary>
    public required string First { get; init; }

    /// <summary>The name of the other.</summary>
    public required string Second { get; init; }

    /// <summary>How often the first one's answers are better.</summary>
    public required WinRate WinRate { get; init; }
}
