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

    /// <summary>
    /// The published form that the file has in place of the one it was read as: <c>gsm8k</c>, <c>hellaswag</c>, <c>mmlu</c> or <c>mt-bench</c>; null for
    /// any other problem.
    /// </summary>
    public string? LooksLike { get; private init; }

    /// <summary>Everything that is wrong; the message has the first ten.</summary>
    public IReadOnlyList<DatasetProblem> Problems { get; }

    internal static DatasetFormatException Published(string path, string form) =>
        new(path, $"looks like {form}, which Dataset.{ReaderOf(form)} reads") { LooksLike = form };

    private static string ReaderOf(string form) => form switch
    {
        "gsm8k" => nameof(Dataset.Gsm8k),
        "hellaswag" => nameof(Dataset.HellaSwag),
        "mmlu" => nameof(Dataset.Mmlu),
        _ => nameof(Dataset.MtBench),
    };

    private static string Describe(IReadOnlyList<DatasetProblem> problems)
        => string.Join(Environment.NewLine, problems.Take(MostShown))
            + (problems.Count > MostShown ? $"{Environment.NewLine}and {problems.Count - MostShown} more" : "");
}
