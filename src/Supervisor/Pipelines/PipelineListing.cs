using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Describes pipelines as they are at this moment.</summary>
internal static class PipelineListing
{
    /// <param name="gpuBytes">What NVML says of the worker; null when it says nothing, or nothing was asked.</param>
    /// <param name="named">How it is kept; null when a client holds it.</param>
    public static PipelineInfo Describe(Pipeline pipeline, long? gpuBytes, NamedPipelineStatus? named)
    {
        var worker = pipeline.Worker;
        return new PipelineInfo
        {
            Failures = { pipeline.Failures },
            Restarts = pipeline.Restarts,
            Id = pipeline.Spec.Id,
            Name = pipeline.Spec.Name,
            Model = pipeline.Spec.Model,
            State = pipeline.State,
            WorkerPid = worker?.Process.Identity.Pid ?? 0,
            Uptime = Duration.FromTimeSpan(pipeline.Age),
            HeldBytes = gpuBytes ?? worker?.Process.ReadMemory().Resident ?? 0,
            Memory = gpuBytes is null ? MemoryKind.Rss : MemoryKind.Vram,
            Device = pipeline.Model?.Device ?? "",
            Weights = pipeline.Model?.Weights ?? "",
            ReadBytes = pipeline.Model?.ReadBytes ?? 0,
            WeightTime = pipeline.Model?.WeightTime,
            RunningRequests = pipeline.RunningRequests,
            WaitingRequests = pipeline.Requests.Waiting,
            GeneratedTokens = pipeline.Requests.GeneratedTokens,
            HolderPid = pipeline.Spec.HolderPid,
            PromisedBytes = pipeline.Reservation?.Bytes ?? 0,
            Named = named is not null,
            Pinned = named?.IsPinned ?? false,
            Ttl = Duration.FromTimeSpan(named?.Ttl ?? TimeSpan.Zero),
            Idle = Duration.FromTimeSpan(named?.IdleTime ?? TimeSpan.Zero),
        };
    }

    /// <summary>Says for every device what was promised there, and how much of that is held by workers that would not die.</summary>
    public static async Task AddPromisesAsync(IEnumerable<GpuInfo> gpus, DeviceLedgers ledgers, IReadOnlyList<Pipeline> pipelines)
    {
        foreach (var gpu in gpus)
        {
            gpu.PromisedBytes = (await ledgers.Of(gpu.Uuid).ReadAsync()).Sum(promise => promise.Bytes);
            gpu.QuarantinedBytes = pipelines
                .Where(pipeline => pipeline.State == PipelineState.Quarantined && pipeline.Reservation?.Device == gpu.Uuid)
                .Sum(pipeline => pipeline.Reservation?.Bytes ?? 0);
        }
    }

    /// <summary>Says for every process on the devices which pipeline it belongs to, or that it stands by for one, where it is one of ours.</summary>
    public static void NameOwners(IEnumerable<GpuInfo> gpus, IEnumerable<Pipeline> pipelines, IReadOnlyCollection<int> standby)
    {
        var owners = pipelines
            .Where(pipeline => pipeline.Worker is not null)
            .ToLookup(pipeline => pipeline.Worker?.Process.Identity.Pid ?? 0, pipeline => pipeline.Spec.Id);
        foreach (var process in gpus.SelectMany(gpu => gpu.Processes))
        {
            process.Pipeline = owners[process.Pid].FirstOrDefault() ?? (standby.Contains(process.Pid) ? "standby" : "");
        }
    }
}
