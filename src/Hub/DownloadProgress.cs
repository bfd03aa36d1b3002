namespace LmDeploy.Hub;

/// <summary>How far a download has come.</summary>
public sealed record DownloadProgress
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Bytes that are here, those of an earlier download that was interrupted too.</summary>
    public required long DownloadedBytes { get; init; }

    /// <summary>Bytes of all files that are needed; 0 while that is not known.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Bytes a second over the last seconds; 0 while nothing came.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How long it will take at that rate; null while that is not known.</summary>
    public TimeSpan? RemainingTime => BytesPerSecond > 0 && TotalBytes > 0
        ? TimeSpan.FromSeconds(Math.Min((TotalBytes - DownloadedBytes) / BytesPerSecond, TimeSpan.MaxValue.TotalSeconds / 2))
        : null;
}
