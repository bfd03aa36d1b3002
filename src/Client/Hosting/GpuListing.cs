namespace LmDeploy;

/// <summary>The GPUs of this host.</summary>
/// <param name="Gpus">The GPUs.</param>
/// <param name="Unavailable">Why there is nothing to list; empty when the driver answered.</param>
public sealed record GpuListing(IReadOnlyList<GpuInfo> Gpus, string Unavailable);
