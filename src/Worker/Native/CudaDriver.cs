using System.Runtime.InteropServices;

namespace LmDeploy.Worker.Native;

/// <summary>The CUDA driver calls that libtorch's C# binding lacks.</summary>
internal static partial class CudaDriver
{
    /// <summary>Free memory of the current context's device, in bytes.</summary>
    /// <returns>Null when the driver does not say.</returns>
    public static long? FreeBytes() => MemGetInfo(out var free, out _) == 0 ? (long)free : null;

    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemGetInfo(out nuint free, out nuint total);
}
