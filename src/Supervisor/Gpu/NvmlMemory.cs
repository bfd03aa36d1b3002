using System.Runtime.InteropServices;

namespace LmDeploy.Supervisor.Gpu;

/// <summary><c>nvmlMemory_v2_t</c>. The first version counts reserved memory as used: 615 MiB on an idle H200.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlMemory
{
    public uint Version;
    public ulong Total;
    public ulong Reserved;
    public ulong Free;
    public ulong Used;

    /// <summary>An empty one that says which version it is, as NVML wants it.</summary>
    public static unsafe NvmlMemory Create() => new() { Version = (uint)sizeof(NvmlMemory) | (2 << 24) };
}
