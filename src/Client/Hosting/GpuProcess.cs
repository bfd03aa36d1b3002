namespace LmDeploy;

/// <summary>A process that uses a GPU.</summary>
public sealed record GpuProcess
{
    /// <summary>The process.</summary>
    public required int Pid { get; init; }

    /// <summary>Bytes of the GPU's memory it uses.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>The id of the pipeline it works for; <c>standby</c> while it waits for one; empty when it is none of ours.</summary>
    public required string Pipeline { get; init; }
}
