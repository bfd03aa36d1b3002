namespace LmDeploy;

/// <summary>One thing a worker looked at.</summary>
public sealed record EnvironmentCheck
{
    /// <summary>What.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required EnvironmentCheckStatus Status { get; init; }

    /// <summary>What was found.</summary>
    public required string Detail { get; init; }
}
