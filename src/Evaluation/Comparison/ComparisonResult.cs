namespace LmDeploy.Evaluation;

/// <summary>What a comparison found out. Immutable.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Scorers">The scorers' names, in the order that they were given.</param>
/// <param name="Models">The models, in the order that they were given.</param>
/// <param name="Differences">For each scorer every model against every later one, on the questions that both were scored on.</param>
/// <param name="Memory">What the models held, from the start of the comparison to its end.</param>
public sealed record ComparisonResult(
    string Dataset, IReadOnlyList<string> Scorers, IReadOnlyList<ModelOutcome> Models, IReadOnlyList<ModelDifference> Differences,
    IReadOnlyList<MemorySample> Memory)
{
    /// <summary>The confidence of its intervals, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>Every model against every later one, by the judge; empty without one.</summary>
    public IReadOnlyList<ModelJudgement> Judgements { get; init; } = [];

    /// <summary>What ending the judge gave back; null without one, and where it had judged before.</summary>
    public ReclaimReceipt? JudgeReceipt { get; init; }

    /// <summary>What ended the judging early; null when nothing did.</summary>
    public ComparisonError? JudgeError { get; init; }

    /// <summary>When it was begun.</summary>
    public DateTimeOffset Started { get; init; }
}
