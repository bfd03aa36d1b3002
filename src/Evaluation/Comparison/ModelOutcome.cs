using LmDeploy.Collections;

namespace LmDeploy.Evaluation;

/// <summary>What a comparison found out about one model; what it did not stays null or empty. Immutable.</summary>
public sealed record ModelOutcome
{
    /// <summary>How the comparison calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The path of its folder, as it was given.</summary>
    public required string Path { get; init; }

    /// <summary>What was loaded.</summary>
    public ModelInfo? Info { get; init; }

    /// <summary>The time from asking for the model to being ready.</summary>
    public TimeSpan? LoadTime { get; init; }

    /// <summary>Its answers and their scores, in the order of the questions; those that it did not come to are left out.</summary>
    public IReadOnlyList<ItemOutcome> Items { get; init => field = Values.Of(value); } = ValueList<ItemOutcome>.Empty;

    /// <summary>Questions with an answer that was cut by the token limit. Their scores are less meaningful.</summary>
    public int CutAnswers => Items.Count(item => item.Answers.Any(answer => answer.FinishReason == FinishReason.Length));

    /// <summary>The figure of each scorer over all questions; only of scorers that are through with all of them.</summary>
    public IReadOnlyDictionary<string, Metric> Metrics { get; init => field = Values.Of(value); } = ValueDictionary<string, Metric>.Empty;

    /// <summary>The same by category, in alphabetical order; empty where the questions have none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Metric>> MetricsByCategory
    {
        get;
        init => field = Values.Of(value);
    } = ValueDictionary<string, IReadOnlyDictionary<string, Metric>>.Empty;

    /// <summary>How fast it answered.</summary>
    public ModelSpeed? Speed { get; init; }

    /// <summary>The receipt of its dispose.</summary>
    public ReclaimReceipt? Receipt { get; init; }

    /// <summary>How workers of it died meanwhile, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Crashes { get; init => field = Values.Of(value); } = ValueList<WorkerFailure>.Empty;

    /// <summary>What ended it early; null when nothing did.</summary>
    public ComparisonError? Error { get; init; }
}
