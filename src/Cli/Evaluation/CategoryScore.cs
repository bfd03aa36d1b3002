namespace LmDeploy.Cli.Evaluation;

/// <summary>How many questions of a category were answered right.</summary>
internal sealed record CategoryScore(string Category, int Correct, int Questions);
