using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Standby;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Lists what runs, and the devices it runs on. Thread-safe.</summary>
internal sealed class PipelineOverview(PipelineRegistry registry, NamedPipelines named, DeviceLedgers ledgers, IGpuMonitor gpus, StandbyPool standby)
{
    public async Task<IReadOnlyList<PipelineInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var pipelines = registry.All;
        var usesGpu = pipelines.Any(pipeline => pipeline.Model?.Device.StartsWith("cuda", StringComparison.Ordinal) == true);
        var (devices, _) = usesGpu ? await ListDevicesAsync(cancellationToken) : ([], "");
        var held = devices.SelectMany(device => device.Processes).ToLookup(process => process.Pid, process => process.UsedBytes);
        return [.. pipelines.Select(pipeline =>
        {
            var pid = pipeline.Worker?.Process.Identity.Pid ?? 0;
            return PipelineListing.Describe(pipeline, held.Contains(pid) ? held[pid].Sum() : null, named.StatusOf(pipeline));
        })];
    }

    public async Task<ListGpusResponse> ListGpusAsync(CancellationToken cancellationToken)
    {
        var (devices, unavailable) = await ListDevicesAsync(cancellationToken);
        PipelineListing.NameOwners(devices, registry.All, standby.Pids);
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
