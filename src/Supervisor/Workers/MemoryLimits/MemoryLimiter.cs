using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Workers.MemoryLimits;

/// <summary>
/// Imposes memory limits on workers: by a control group where this process may make one, and everywhere by looking every 100 ms.
/// A limit of addresses (RLIMIT_AS) is no use: .NET and CUDA reserve hundreds of gigabytes of them. Thread-safe.
/// </summary>
/// <param name="controller">Null where there are no control groups.</param>
internal sealed partial class MemoryLimiter(MemoryController? controller, ProcessTable processes, TimeProvider time, ILogger<MemoryLimiter> logger)
{
    private readonly Lock _gate = new();

    /// <summary>Holds a worker that was just started to a limit for the rest of its life. Never fails.</summary>
    /// <param name="bytes">Null for no limit.</param>
    public void Impose(WorkerInstance worker, long? bytes)
    {
        if (bytes is { } limit)
        {
            worker.Limit = new MemoryLimit(worker, limit, TryGroup(worker, limit), processes, time);
        }
    }

    private MemoryGroup? TryGroup(WorkerInstance worker, long limit)
    {
        if (controller is null)
        {
            return null;
        }

        var pid = worker.Process.Identity.Pid;
        MemoryGroup? group = null;
        try
        {
            lock (_gate)
            {
                var name = $"lmdeploy-{Path.GetFileName(worker.Folder.Path)}";
                worker.Folder.RecordGroup(controller.PathOf(name));
                group = controller.Create(name, limit);
            }

            group.Add(pid);
            LogGroup(pid, limit, group.Path);
            return group;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNoGroup(pid, limit, exception.Message);
            group?.TryRemove();
            return null;
        }
    }

    [LoggerMessage(
        EventIds.WorkerLimited, LogLevel.Information, "Worker {Pid} has a memory limit of {Bytes} bytes, enforced by {Group}",
        EventName = nameof(EventIds.WorkerLimited))]
    private partial void LogGroup(int pid, long bytes, string group);

    [LoggerMessage(
        EventIds.WorkerWatched, LogLevel.Information, "Worker {Pid} has a memory limit of {Bytes} bytes, enforced by polling; no control group: {Reason}",
        EventName = nameof(EventIds.WorkerWatched))]
    private partial void LogNoGroup(int pid, long bytes, string reason);
}
