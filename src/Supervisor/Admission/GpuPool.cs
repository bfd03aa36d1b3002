using System.Collections.Concurrent;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>The GPUs that this supervisor's workers may use, as NVML sees them.</summary>
/// <param name="visible">The supervisor's <c>CUDA_VISIBLE_DEVICES</c>; null for all devices.</param>
internal sealed class GpuPool(IGpuMonitor gpus, string? visible, TimeProvider time) : IMemoryPool
{
    private static readonly TimeSpan AvoidTime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, long> _avoided = new();

    /// <summary>For 10 minutes, <see cref="DeviceReading.IsAvoided"/> of this GPU.</summary>
    public void Avoid(string uuid) => _avoided[uuid] = time.GetTimestamp();

    public string Describe(string device) => device;

    public async Task<IReadOnlyList<DeviceReading>?> ReadAsync(Func<string, Task<IReadOnlyList<Promise>>> promises, CancellationToken cancellationToken)
    {
        try
        {
            var listed = await gpus.ListAsync(cancellationToken);
            var given = new Dictionary<string, IReadOnlyList<Promise>>();
            foreach (var gpu in listed)
            {
                given[gpu.Uuid] = await promises(gpu.Uuid);
            }

            return VisibleDevices.Choose(await gpus.ReadMemoryAsync(cancellationToken), visible) is { } chosen
                ? [.. chosen.Select(gpu => Read(gpu, given.GetValueOrDefault(gpu.Uuid, []), listed))]
                : null;
        }
        catch (GpuUnavailableException exception)
        {
            return exception.IsAbsent ? [] : null;
        }
    }

    private DeviceReading Read(GpuMemory gpu, IReadOnlyList<Promise> promises, IReadOnlyList<GpuInfo> listed)
    {
        var processes = listed.First(info => info.Uuid == gpu.Uuid).Processes.ToLookup(process => process.Pid, process => process.UsedBytes);
        var held = new Dictionary<ProcessIdentity, long>();
        foreach (var promise in promises)
        {
            // In a container NVML reports pids of the host, so a worker may not be found by its pid. Its whole promise then counts as not held until
            // it is loaded.
            held[promise.Worker] = promise.IsLoaded ? promise.Bytes : processes[promise.Worker.Pid].Sum();
        }

        return new DeviceReading(gpu.Uuid, gpu.TotalBytes, gpu.FreeBytes, promises, held) { IsAvoided = IsAvoided(gpu.Uuid) };
    }

    private bool IsAvoided(string uuid) => _avoided.TryGetValue(uuid, out var since) && time.GetElapsedTime(since) < AvoidTime;
}
