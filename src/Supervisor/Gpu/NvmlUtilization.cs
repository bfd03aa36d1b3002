using System.Runtime.InteropServices;

namespace LmDeploy.Supervisor.Gpu;

/// <summary><c>nvmlUtilization_t</c>, in percent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlUtilization
{
    public uint Gpu;
    public uint Memory;
}
