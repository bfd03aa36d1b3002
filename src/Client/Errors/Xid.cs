namespace LmDeploy;

/// <summary>An error report of the NVIDIA driver in the kernel's log.</summary>
public sealed record Xid
{
    /// <summary>NVIDIA's number for the kind of error, for example 79: the GPU has fallen off the bus.</summary>
    public required int Number { get; init; }

    /// <summary>The device in PCI notation.</summary>
    public required string Device { get; init; }

    /// <summary>The rest of the report.</summary>
    public required string Text { get; init; }
}
