using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>What a worker finds on this host.</summary>
public sealed record EnvironmentReport
{
    /// <summary>Whether models can run.</summary>
    public required bool IsUsable { get; init; }

    /// <summary>What was looked at.</summary>
    public required IReadOnlyList<EnvironmentCheck> Checks { get; init => field = Values.Of(value); }
}
