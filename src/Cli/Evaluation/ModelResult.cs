using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Evaluation;

/// <summary>What was found out about one model; what was not stays null.</summary>
/// <param name="Model">The model as the user named it.</param>
internal sealed record ModelResult(string Model)
{
    public ModelInfo? Info { get; init; }

    public TimeSpan? LoadTime { get; init; }

    public Quality? Quality { get; init; }

    public Speed? Speed { get; init; }

    public ReclaimReceipt? Receipt { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public CallError? Error { get; init; }
}
