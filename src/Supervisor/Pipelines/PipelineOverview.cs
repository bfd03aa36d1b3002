using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Standby;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Lists what runs, and the devices it runs on. Thread-safe.</summary>
internal sealed class PipelineOverview(PipelineRegistry registry, NamedPipelines named, DeviceLedgers ledgers, IGpuMonitor gpus, StandbyPool standby)
{
    /// <param name="isSeen">Which pipelines the caller knows of; null for all.</param>
    public async Task<IReadOnlyList<PipelineInfo>> ListAsync(CancellationToken cancellationToken, Func<PipelineSpec, bool>? isSeen = null)
    {
        var pipelines = registry.All.Where(pipeline => isSeen?.Invoke(pipeline.Spec) != false).ToList();
        var usesGpu = pipelines.Any(pipeline => pipeline.Model?.Device.StartsWith("cuda", StringComparison.Ordinal) == true);
        var (devices, _) = usesGpu ? await ListDevicesAsync(cancellationToken) : ([], "");
        var held = devices.SelectMany(device => device.Processes).ToLookup(process => process.Pid, process => process.UsedBytes);
        return [.. pipelines.Select(pipeline =>
        {
            var pid = pipeline.Worker?.Process.Identity.Pid ?? 0;
            return PipelineListing.Describe(pipeline, held.Contains(pid) ? held[pid].Sum() : null, named.StatusOf(pipeline));
        })];
    }

    /// <param name="isSeen">Whose workers are named; null for all.</param>
    public async Task<ListGpusResponse> ListGpusAsync(CancellationToken cancellationToken, Func<PipelineSpec, bool>? isSeen = null)
    {
        var (devices, unavailable) = await ListDevicesAsync(cancellationToken);
        PipelineListing.NameOwners(devices, [.. registry.All.Where(pipeline => isSeen?.Invoke(pipeline.Spec) != false)], standby.Pids);
        await PipelineListing.AddPromisesAsync(devices, ledgers, registry.All);
        var response = new ListGpusResponse { Unavailable = unavailable };
        response.Gpus.AddRange(devices);
        return response;
    }

    private async Task<(IReadOnlyList<GpuInfo> Devices, string Unavailable)> ListDevicesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await gpus.ListAsync(cancellationToken), "");
        }
        catch (GpuUnavailableException exception)
        {
            return ([], exception.Message);
        }
    }
}
