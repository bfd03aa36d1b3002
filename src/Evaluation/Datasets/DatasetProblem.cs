namespace LmDeploy.Evaluation;

/// <summary>What is wrong with a line of a dataset. Immutable.</summary>
/// <param name="File">The file, as the caller named it or as it was found in the folder.</param>
/// <param name="Line">The line it begins on, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record DatasetProblem(string File, int Line, string Message)
{
    /// <summary>File, line and message.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : FormattableString.Invariant($"{File}:{Line}: {Message}");
}
