namespace LmDeploy.Evaluation;

/// <summary>A dataset cannot be read, or not all of it. Its code is <c>invalid_request</c>, its subject the file or folder.</summary>
public sealed class DatasetFormatException : LmDeployException
{
    private const int MostShown = 10;

    internal DatasetFormatException(string path, IReadOnlyList<DatasetProblem> problems)
        : base(LmDeployErrorCodes.InvalidRequest, Describe(problems), path)
        => Problems = problems;

    internal DatasetFormatException(string path, string message)
        : this(path, [new DatasetProblem { File = path, Line = 0, Message = message }])
    {
    }

    /// <summary>Everything that is wrong; the message has the first ten.</summary>
    public IReadOnlyList<DatasetProblem> Problems { get; }

    private static string Describe(IReadOnlyList<DatasetProblem> problems)
        => string.Join(Environment.NewLine, problems.Take(MostShown))
            + (problems.Count > MostShown ? $"{Environment.NewLine}and {problems.Count - MostShown} more" : "");
}
