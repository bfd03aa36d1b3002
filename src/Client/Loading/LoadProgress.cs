namespace LmDeploy;

/// <summary>How far the loading of a model has come.</summary>
/// <param name="Stage"><c>waiting</c> for memory that others hold, <c>starting</c>, <c>loading</c> or <c>warming_up</c>.</param>
/// <param name="LoadedBytes">Bytes of weights that are in place.</param>
/// <param name="TotalBytes">Bytes of weights in all; 0 while that is not known.</param>
public sealed record LoadProgress(string Stage, long LoadedBytes, long TotalBytes)
{
    internal const string Waiting = "waiting";

    /// <summary>How the checkpoint has the weights and what they became, as <see cref="ModelInfo.Weights"/>; empty until all are loaded.</summary>
    public string Weights { get; init; } = "";
}
