namespace LmDeploy.Evaluation;

/// <summary>The progress of a comparison with one model.</summary>
public sealed record ComparisonProgress
{
    /// <summary>The model's name, or <c>judge</c>.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The stage: <c>checking</c>, <c>loading</c>, <c>answering</c>, <c>timing first tokens</c>, <c>scoring by NAME</c>, <c>judging</c>,
    /// <c>closing</c>, <c>done</c> or <c>failed</c>.
    /// </summary>
    public required string Stage { get; init; }

    /// <summary>Questions that are done in this stage.</summary>
    public required int Done { get; init; }

    /// <summary>Questions in this stage; 0 where there are none to count.</summary>
    public required int Total { get; init; }

    /// <summary>One line for a person.</summary>
    public override string ToString() => Total > 0 ? $"{Model}: {Stage}, {Done} of {Total}" : $"{Model}: {Stage}";
}
