using LmDeploy.Supervisor.Gpu;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>One device whose memory reads as the test says: the last reading goes on for ever; none means that NVML is absent.</summary>
internal sealed class FakeGpuMonitor(params long[] used) : IGpuMonitor
{
    public const string Uuid = "GPU-1";

    public int Readings { get; private set; }

    public Task<IReadOnlyList<GpuInfo>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<GpuInfo>>([]);

    public Task<IReadOnlyList<GpuMemory>> ReadMemoryAsync(CancellationToken cancellationToken) => used.Length == 0
        ? throw new GpuUnavailableException("no NVML here")
        : Task.FromResult<IReadOnlyList<GpuMemory>>([new GpuMemory(0, Uuid, used[Math.Min(Readings++, used.Length - 1)])]);
}
