using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Describes pipelines as they are at this moment.</summary>
internal static class PipelineListing
{
    /// <param name="gpuBytes">What NVML says of the worker; null when it says nothing, or nothing was asked.</param>
    public static PipelineInfo Describe(Pipeline pipeline, long? gpuBytes)
    {
        var worker = pipeline.Worker;
        return new PipelineInfo
        {
            Failures = { pipeline.Failures },
            Restarts = pipeline.Restarts,
            Id = pipeline.Spec.Id,
            Name = pipeline.Spec.Name,
            Model = pipeline.Spec.Model,
            State = pipeline.State.ToString().ToLowerInvariant(),
            WorkerPid = worker?.Process.Identity.Pid ?? 0,
            UptimeSeconds = pipeline.Age.TotalSeconds,
            HeldBytes = gpuBytes ?? worker?.Process.ReadMemory().Resident ?? 0,
            Memory = gpuBytes is null ? "rss" : "vram",
            Device = pipeline.Model?.Device ?? "",
            RunningRequests = pipeline.RunningRequests,
            HolderPid = pipeline.Spec.HolderPid,
        };
    }

    /// <summary>Says for every process on the devices which pipeline it belongs to, where it is one of ours.</summary>
    public static void NameOwners(IEnumerable<GpuInfo> gpus, IEnumerable<Pipeline> pipelines)
    {
        var owners = pipelines.Where(pipeline => pipeline.Worker is not null).ToLookup(pipeline => pipeline.Worker?.Process.Identity.Pid ?? 0, pipeline => pipeline.Spec.Id);
        foreach (var process in gpus.SelectMany(gpu => gpu.Processes))
        {
            process.Pipeline = owners[process.Pid].FirstOrDefault() ?? "";
        }
    }
}
