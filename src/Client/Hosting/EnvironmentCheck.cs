namespace LmDeploy;

/// <summary>One thing a worker looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Detail">What was found.</param>
public sealed record EnvironmentCheck(string Name, EnvironmentCheckStatus Status, string Detail);
