namespace LmDeploy;

/// <summary>How far the loading of a model has come.</summary>
public sealed record LoadProgress
{
    /// <summary>What it is at.</summary>
    public required LoadStage Stage { get; init; }

    /// <summary>Bytes of weights that are in place; while the model is downloaded, bytes of its files that are here.</summary>
    public required long LoadedBytes { get; init; }

    /// <summary>Bytes of weights, or of files to download, in all; 0 while that is not known.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>How fast the model is downloaded, in bytes a second; 0 at other stages.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How the checkpoint has the weights and what they became, as <see cref="ModelInfo.Weights"/>; empty until all are loaded.</summary>
    public string Weights { get; init; } = "";
}
