using LmDeploy.V1;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>NVML's answers, from whatever thread asks and for as long as the driver takes.</summary>
internal interface INvml
{
    /// <exception cref="GpuUnavailableException">NVML is absent or failed.</exception>
    IReadOnlyList<GpuInfo> List();

    /// <exception cref="GpuUnavailableException">NVML is absent or failed.</exception>
    IReadOnlyList<GpuMemory> ReadMemory();
}
