namespace LmDeploy;

/// <summary>How fast a device is by itself: no figure of a model on it can be better.</summary>
/// <param name="Device"><c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="LibTorch">The version of libtorch that measured.</param>
/// <param name="MemoryBytesPerSecond">Bytes read and written by a large copy within its memory.</param>
/// <param name="HostToDeviceBytesPerSecond">From page-locked host memory to a GPU; 0 on a CPU.</param>
/// <param name="ProductFlops">Multiplications and additions a second of the product of two large square matrices.</param>
/// <param name="ProductDtype">The type of their elements.</param>
public sealed record DeviceCeilings(string Device, string LibTorch, double MemoryBytesPerSecond, double HostToDeviceBytesPerSecond, double ProductFlops, EngineDtype ProductDtype);
