namespace LmDeploy.Evaluation;

/// <summary>What a judge says of two models' answers.</summary>
/// <param name="First">The name of one model.</param>
/// <param name="Second">The name of the other.</param>
/// <param name="WinRate">How often the first one's answers are better.</param>
public sealed record ModelJudgement(string First, string Second, WinRate WinRate);
