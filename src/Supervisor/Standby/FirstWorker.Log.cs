using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Standby;

internal sealed partial class FirstWorker
{
    [LoggerMessage(
        EventIds.FirstWorkerReady, LogLevel.Information, "First worker {Pid} waits for a pipeline",
        EventName = nameof(EventIds.FirstWorkerReady))]
    private partial void LogReady(int pid);

    [LoggerMessage(
        EventIds.FirstWorkerTaken, LogLevel.Information, "First worker {Pid} is taken by pipeline {Id}",
        EventName = nameof(EventIds.FirstWorkerTaken))]
    private partial void LogTaken(int pid, string id);

    [LoggerMessage(
        EventIds.FirstWorkerUnused, LogLevel.Information, "First worker {Pid} is ended: no pipeline took it",
        EventName = nameof(EventIds.FirstWorkerUnused))]
    private partial void LogUnused(int pid);

    [LoggerMessage(
        EventIds.FirstWorkerWatchFailed, LogLevel.Error, "The watch of the first worker failed; it is ended unless a pipeline has it",
        EventName = nameof(EventIds.FirstWorkerWatchFailed))]
    private partial void LogWatchFailed(Exception exception);

    [LoggerMessage(
        EventIds.FirstWorkerFailed, LogLevel.Information, "The first worker did not get ready: {Reason}",
        EventName = nameof(EventIds.FirstWorkerFailed))]
    private partial void LogFailed(string reason);
}
