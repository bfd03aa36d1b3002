namespace LmDeploy.Evaluation;

/// <summary>How fast a model answered.</summary>
/// <param name="TimeToFirstToken">The median over single requests; null where none was made.</param>
/// <param name="TokensPerSecond">Generated tokens of all answers by the time that all of them took together; NaN where there is none.</param>
public sealed record ModelSpeed(TimeSpan? TimeToFirstToken, double TokensPerSecond);
