namespace LmDeploy;

/// <summary>What a worker finds on this host.</summary>
/// <param name="IsUsable">Whether models can run.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record EnvironmentReport(bool IsUsable, IReadOnlyList<EnvironmentCheck> Checks);
