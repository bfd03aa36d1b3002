namespace LmDeploy;

/// <summary>What a model would take, beside what there is on the device that suits it best. All sizes are in bytes.</summary>
public sealed record MemoryFit
{
    /// <summary>The GPU's UUID, or <c>the host</c>; empty where the memory of no device can be read.</summary>
    public string Device { get; init; } = "";

    /// <summary>All that workers could ever take there.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Free, and promised to nobody.</summary>
    public long FreeBytes { get; init; }

    /// <summary>Weights, libraries and working memory.</summary>
    public long FixedBytes { get; init; }

    /// <summary>The least that it can be served in.</summary>
    public long LeastBytes { get; init; }

    /// <summary>What it takes where there is room for all it can use.</summary>
    public long MostBytes { get; init; }

    /// <summary>
    /// Whether the least is free now; else a load waits for memory that others hold, or unloads what nobody uses. False where no memory can be read.
    /// </summary>
    public bool FitsNow { get; init; }
}
