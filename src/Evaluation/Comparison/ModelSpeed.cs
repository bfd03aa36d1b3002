namespace LmDeploy.Evaluation;

/// <summary>How fast a model answered.</summary>
public sealed record ModelSpeed
{
    /// <summary>The median over single requests; null where none was made.</summary>
    public required TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Generated tokens of all answers by the time that all of them took together; NaN where there is none.</summary>
    public required double TokensPerSecond { get; init; }
}
