namespace LmDeploy;

/// <summary>The used memory of one GPU around the life of a pipeline, as its driver reports it for the whole device.</summary>
public sealed record DeviceReclaim
{
    /// <summary>The GPU.</summary>
    public required string Uuid { get; init; }

    /// <summary>Before the worker started.</summary>
    public required long UsedBeforeBytes { get; init; }

    /// <summary>When it was stopped.</summary>
    public required long UsedHeldBytes { get; init; }

    /// <summary>After it was gone.</summary>
    public required long UsedAfterBytes { get; init; }
}
