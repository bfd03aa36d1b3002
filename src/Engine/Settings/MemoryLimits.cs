namespace LmDeploy.Engine.Settings;

/// <summary>The memory that a worker may take.</summary>
/// <param name="CacheBytes">The upper bound of a cache whose size is a share of free memory, in bytes; null for none.</param>
/// <param name="ResidentBytes">The most memory of the host that this process may take, in bytes; null for no limit.</param>
internal sealed record MemoryLimits(long? CacheBytes = null, long? ResidentBytes = null)
{
    /// <summary>None.</summary>
    public static MemoryLimits None { get; } = new();
}
