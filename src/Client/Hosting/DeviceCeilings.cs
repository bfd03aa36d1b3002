namespace LmDeploy;

/// <summary>How fast a device is by itself: no figure of a model on it can be better.</summary>
public sealed record DeviceCeilings
{
    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The version of libtorch that measured.</summary>
    public required string LibTorch { get; init; }

    /// <summary>Bytes read and written by a large copy within its memory.</summary>
    public required double MemoryBytesPerSecond { get; init; }

    /// <summary>From page-locked host memory to a GPU; 0 on a CPU.</summary>
    public required double HostToDeviceBytesPerSecond { get; init; }

    /// <summary>Multiplications and additions a second of the product of two large square matrices.</summary>
    public required double ProductFlops { get; init; }

    /// <summary>The type of their elements.</summary>
    public required EngineDtype ProductDtype { get; init; }
}
