namespace LmDeploy;

/// <summary>How far the loading of a model has come.</summary>
/// <param name="Stage">What it is at.</param>
/// <param name="LoadedBytes">Bytes of weights that are in place.</param>
/// <param name="TotalBytes">Bytes of weights in all; 0 while that is not known.</param>
public sealed record LoadProgress(LoadStage Stage, long LoadedBytes, long TotalBytes)
{
    /// <summary>How the checkpoint has the weights and what they became, as <see cref="ModelInfo.Weights"/>; empty until all are loaded.</summary>
    public string Weights { get; init; } = "";
}
