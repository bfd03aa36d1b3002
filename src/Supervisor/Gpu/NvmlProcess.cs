using System.Runtime.InteropServices;

namespace LmDeploy.Supervisor.Gpu;

/// <summary><c>nvmlProcessInfo_t</c> of the third version of its function. Pids are those of the host's namespace.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlProcess
{
    /// <summary>NVML_VALUE_NOT_AVAILABLE: the driver does not say.</summary>
    public const ulong NotAvailable = ulong.MaxValue;

    public uint Pid;
    public ulong UsedMemory;
    public uint GpuInstance;
    public uint ComputeInstance;
}
