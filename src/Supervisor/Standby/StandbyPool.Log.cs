using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Standby;

internal sealed partial class StandbyPool
{
    [LoggerMessage(EventIds.StandbyReady, LogLevel.Information, "Worker {Pid} stands by", EventName = nameof(EventIds.StandbyReady))]
    private partial void LogReady(int pid);

    [LoggerMessage(
        EventIds.StandbyTaken, LogLevel.Information, "Worker {Pid} stands by no more: pipeline {Id} has it",
        EventName = nameof(EventIds.StandbyTaken))]
    private partial void LogTaken(int pid, string id);

    [LoggerMessage(
        EventIds.StandbyUnhealthy, LogLevel.Warning, "Worker {Pid} stood by and does not answer; it is ended",
        EventName = nameof(EventIds.StandbyUnhealthy))]
    private partial void LogUnhealthy(int pid);

    [LoggerMessage(EventIds.StandbyDied, LogLevel.Warning, "Worker {Pid} stood by and died", EventName = nameof(EventIds.StandbyDied))]
    private partial void LogDied(int pid);

    [LoggerMessage(EventIds.StandbyFailed, LogLevel.Warning, "No worker could be made to stand by: {Reason}", EventName = nameof(EventIds.StandbyFailed))]
    private partial void LogFailed(string reason);

    [LoggerMessage(
        EventIds.StandbyPoolFailed, LogLevel.Error, "The loop that keeps workers that stand by failed; they are ended, and no more are made",
        EventName = nameof(EventIds.StandbyPoolFailed))]
    private partial void LogPoolFailed(Exception exception);

    [LoggerMessage(
        EventIds.StandbyShortage, LogLevel.Information, "Memory is short: {Count} workers that stand by are ended",
        EventName = nameof(EventIds.StandbyShortage))]
    private partial void LogShortage(int count);
}
