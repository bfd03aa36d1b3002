using System.Runtime.InteropServices;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>The functions of NVML that are used. Each returns an <c>nvmlReturn_t</c>; 0 is success.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "libnvidia-ml.so.1";

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlErrorString")]
    public static partial byte* ErrorString(int result);

    [LibraryImport(Library, EntryPoint = "nvmlSystemGetDriverVersion")]
    public static partial int GetDriverVersion(byte* version, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetCount_v2")]
    public static partial int GetDeviceCount(out uint count);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    public static partial int GetDevice(uint index, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetName")]
    public static partial int GetName(nint device, byte* name, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUUID")]
    public static partial int GetUuid(nint device, byte* uuid, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo_v2")]
    public static partial int GetMemory(nint device, ref NvmlMemory memory);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUtilizationRates")]
    public static partial int GetUtilization(nint device, out NvmlUtilization utilization);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetComputeRunningProcesses_v3")]
    public static partial int GetComputeProcesses(nint device, ref uint count, NvmlProcess* processes);
}
