namespace LmDeploy;

/// <summary>What a part of a model, in one layer or several, would run in.</summary>
public sealed record PartForm
{
    /// <summary>For example <c>attention</c>; <c>model</c> for all of it.</summary>
    public required string Part { get; init; }

    /// <summary>How many parts of that kind this is said of.</summary>
    public int Count { get; init; }

    /// <summary>What they would run in.</summary>
    public ComputeForm Form { get; init; }

    /// <summary>Why it is not kernels; empty where it is.</summary>
    public string Reason { get; init; } = "";
}
