namespace LmDeploy;

/// <summary>One thing a worker looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Status"><c>ok</c>, <c>skipped</c> or <c>failed</c>.</param>
/// <param name="Detail">What was found.</param>
public sealed record EnvironmentCheck(string Name, string Status, string Detail);
