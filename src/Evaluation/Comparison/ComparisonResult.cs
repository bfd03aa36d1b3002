using LmDeploy.Collections;

namespace LmDeploy.Evaluation;

/// <summary>The results of a comparison. Immutable.</summary>
public sealed record ComparisonResult
{
    /// <summary>Models that the default title names.</summary>
    private const int MostNamed = 4;

    /// <summary>The dataset's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>How many questions of its file could not be used: <see cref="Evaluation.Dataset.LeftOut"/>.</summary>
    public int LeftOut { get; init; }

    /// <summary>The scorers' names, in the order that they were given.</summary>
    public required IReadOnlyList<string> Scorers { get; init => field = Values.Of(value); }

    /// <summary>The models, in the order that they were given.</summary>
    public required IReadOnlyList<ModelOutcome> Models { get; init => field = Values.Of(value); }

    /// <summary>For each scorer every model against every later one, on the questions that both were scored on.</summary>
    public required IReadOnlyList<ModelDifference> Differences { get; init => field = Values.Of(value); }

    /// <summary>Memory samples of the models, from the start of the comparison to its end.</summary>
    public required IReadOnlyList<MemorySample> Memory { get; init => field = Values.Of(value); }

    /// <summary>The confidence of its intervals, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>Every model against every later one, by the judge; empty without one.</summary>
    public IReadOnlyList<ModelJudgement> Judgements { get; init => field = Values.Of(value); } = ValueList<ModelJudgement>.Empty;

    /// <summary>The receipt of the judge's dispose; null without a judge, and where its judgements were resumed.</summary>
    public ReclaimReceipt? JudgeReceipt { get; init; }

    /// <summary>What ended the judging early; null when nothing did.</summary>
    public ComparisonError? JudgeError { get; init; }

    /// <summary>When it was begun.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>The title of reports. Default: the names of the dataset and of the models.</summary>
    public string Title { get => field ?? DefaultTitle; init; }

    /// <summary>The command line that reports cite, without secrets. Default: null, none.</summary>
    public string? Command { get; init; }

    /// <summary>What it ran on, the last time that it was run; null where that is not known.</summary>
    public ComparisonHost? Host { get; init; }

    /// <summary>The generation settings of answers; null where they are not known.</summary>
    public GenerationConfig? Generation { get; init; }

    /// <summary>The path of the judge's folder, as it was given; null without one.</summary>
    public string? Judge { get; init; }

    private string DefaultTitle => $"{Dataset}: {string.Join(", ", Models.Take(MostNamed).Select(model => model.Name))}"
        + (Models.Count > MostNamed ? FormattableString.Invariant($" and {Models.Count - MostNamed} more") : "");
}
