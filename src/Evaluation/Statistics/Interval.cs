namespace LmDeploy.Evaluation;

/// <summary>What a figure lies in with the confidence that was asked for.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High);
