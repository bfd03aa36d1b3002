using LmDeploy.Supervisor.Gpu;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Devices that look as the test says.</summary>
internal sealed class FakeGpus : IGpuMonitor
{
    private readonly List<GpuInfo> _devices = [];
    private readonly Dictionary<string, long> _free = [];

    /// <summary>What every question fails with; null for none.</summary>
    public GpuUnavailableException? Failure { get; set; }

    public void Add(string uuid, long total, long free)
    {
        _devices.Add(new GpuInfo { Index = _devices.Count, Uuid = uuid, TotalBytes = total });
        _free[uuid] = free;
    }

    public void SetFree(string uuid, long free) => _free[uuid] = free;

    public void Hold(string uuid, int pid, long bytes) =>
        _devices.Single(gpu => gpu.Uuid == uuid).Processes.Add(new GpuProcess { Pid = pid, UsedBytes = bytes });

    public Task<IReadOnlyList<GpuInfo>> ListAsync(CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult<IReadOnlyList<GpuInfo>>([.. _devices]) : throw Failure;

    public Task<IReadOnlyList<GpuMemory>> ReadMemoryAsync(CancellationToken cancellationToken) => Failure is null
        ? Task.FromResult<IReadOnlyList<GpuMemory>>(
            [.. _devices.Select(gpu => new GpuMemory(gpu.Index, gpu.Uuid, gpu.TotalBytes - _free[gpu.Uuid], gpu.TotalBytes, _free[gpu.Uuid]))])
        : throw Failure;
}
