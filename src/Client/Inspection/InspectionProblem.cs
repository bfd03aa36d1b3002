namespace LmDeploy;

/// <summary>Something that keeps a model from being served.</summary>
public sealed record InspectionProblem
{
    /// <summary>The code that a load would fail with, for example <c>missing_tensor</c>; docs/errors.md lists them.</summary>
    public required string Code { get; init; }

    /// <summary>What is wrong, where, and what would be right.</summary>
    public required string Message { get; init; }

    /// <summary>The file, tensor or setting it is about; empty when there is none.</summary>
    public string Subject { get; init; } = "";
}
