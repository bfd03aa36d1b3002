namespace LmDeploy.Cli.Evaluation;

/// <summary>How fast a model answered.</summary>
/// <param name="TimeToFirstToken">The median over single requests, in milliseconds.</param>
/// <param name="TokensPerSecond">Generated tokens of the whole batch by the time it took.</param>
internal sealed record Speed(double TimeToFirstToken, double TokensPerSecond);
