namespace LmDeploy.Evaluation;

/// <summary>What a comparison found out about one model; what it did not stays null or empty. Immutable.</summary>
/// <param name="Name">How the comparison calls it.</param>
/// <param name="Path">The path of its folder, as it was given.</param>
public sealed record ModelOutcome(string Name, string Path)
{
    /// <summary>What was loaded.</summary>
    public ModelInfo? Info { get; init; }

    /// <summary>The time from asking for the model to being ready.</summary>
    public TimeSpan? LoadTime { get; init; }

    /// <summary>Its answers and their scores, in the order of the questions; those that it did not come to are left out.</summary>
    public IReadOnlyList<ItemOutcome> Items { get; init; } = [];

    /// <summary>Questions of which the limit of tokens cut an answer, so that its score says less.</summary>
    public int CutAnswers => Items.Count(item => item.Answers.Any(answer => answer.FinishReason == FinishReason.Length));

    /// <summary>The figure of each scorer over all questions; only of scorers that are through with all of them.</summary>
    public IReadOnlyDictionary<string, Metric> Metrics { get; init; } = new Dictionary<string, Metric>();

    /// <summary>The same by category, in alphabetical order; empty where the questions have none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Metric>> MetricsByCategory { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, Metric>>();

    /// <summary>How fast it answered.</summary>
    public ModelSpeed? Speed { get; init; }

    /// <summary>What ending it gave back.</summary>
    public ReclaimReceipt? Receipt { get; init; }

    /// <summary>How workers of it died meanwhile, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Crashes { get; init; } = [];

    /// <summary>What ended it early; null when nothing did.</summary>
    public ComparisonError? Error { get; init; }
}
