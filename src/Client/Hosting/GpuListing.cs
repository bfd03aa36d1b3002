using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>The GPUs of this host.</summary>
public sealed record GpuListing
{
    /// <summary>The GPUs.</summary>
    public required IReadOnlyList<GpuInfo> Gpus { get; init => field = Values.Of(value); }

    /// <summary>Why there is nothing to list; empty when the driver answered.</summary>
    public required string UnavailableReason { get; init; }
}
