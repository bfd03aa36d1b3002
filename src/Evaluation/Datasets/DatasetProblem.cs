namespace LmDeploy.Evaluation;

/// <summary>What is wrong with a line of a dataset. Immutable.</summary>
public sealed record DatasetProblem
{
    /// <summary>The file, as the caller named it or as it was found in the folder.</summary>
    public required string File { get; init; }

    /// <summary>The line it begins on, from 1; 0 when the file as a whole is meant.</summary>
    public required int Line { get; init; }

    /// <summary>What is wrong, and what would be right.</summary>
    public required string Message { get; init; }

    /// <summary>File, line and message.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : FormattableString.Invariant($"{File}:{Line}: {Message}");
}
