using LmDeploy.Collections;

namespace LmDeploy.Evaluation;

/// <summary>A model that a comparison was refused for. Immutable.</summary>
public sealed record ModelRefusal
{
    /// <summary>The model's name, or <c>judge</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is the judge.</summary>
    public bool IsJudge { get; init; }

    /// <summary>The path of its folder, as it was given.</summary>
    public required string Path { get; init; }

    /// <summary>Why it cannot be served, the error that a load would get first; at least one.</summary>
    public required IReadOnlyList<InspectionProblem> Problems { get; init => field = Values.Of(value); }
}
