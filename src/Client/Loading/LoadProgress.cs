namespace LmDeploy;

/// <summary>How far the loading of a model has come.</summary>
public sealed record LoadProgress
{
    /// <summary>What it is at.</summary>
    public required LoadStage Stage { get; init; }

    /// <summary>Bytes of weights that are in place.</summary>
    public required long LoadedBytes { get; init; }

    /// <summary>Bytes of weights in all; 0 while that is not known.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>How the checkpoint has the weights and what they became, as <see cref="ModelInfo.Weights"/>; empty until all are loaded.</summary>
    public string Weights { get; init; } = "";
}
