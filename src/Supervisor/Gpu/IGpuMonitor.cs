using LmDeploy.V1;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>Monitors the GPUs of this host without creating a CUDA context. Thread-safe; always answers in bounded time.</summary>
internal interface IGpuMonitor
{
    /// <summary>All devices in PCI bus order.</summary>
    /// <exception cref="GpuUnavailableException">NVML is absent, failed or did not answer in time.</exception>
    Task<IReadOnlyList<GpuInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The memory in use on each device.</summary>
    /// <exception cref="GpuUnavailableException">NVML is absent, failed or did not answer in time.</exception>
    Task<IReadOnlyList<GpuMemory>> ReadMemoryAsync(CancellationToken cancellationToken);
}
