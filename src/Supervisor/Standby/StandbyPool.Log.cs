using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Standby;

internal sealed partial class StandbyPool
{
    [LoggerMessage(EventIds.StandbyReady, LogLevel.Information, "Standby worker {Pid} is ready", EventName = nameof(EventIds.StandbyReady))]
    private partial void LogReady(int pid);

    [LoggerMessage(
        EventIds.StandbyTaken, LogLevel.Information, "Standby worker {Pid} is taken by pipeline {Id}",
        EventName = nameof(EventIds.StandbyTaken))]
    private partial void LogTaken(int pid, string id);

    [LoggerMessage(
        EventIds.StandbyUnhealthy, LogLevel.Warning, "Standby worker {Pid} does not answer; it is ended",
        EventName = nameof(EventIds.StandbyUnhealthy))]
    private partial void LogUnhealthy(int pid);

    [LoggerMessage(EventIds.StandbyDied, LogLevel.Warning, "Standby worker {Pid} died", EventName = nameof(EventIds.StandbyDied))]
    private partial void LogDied(int pid);

    [LoggerMessage(EventIds.StandbyFailed, LogLevel.Warning, "No standby worker could be started: {Reason}", EventName = nameof(EventIds.StandbyFailed))]
    private partial void LogFailed(string reason);

    [LoggerMessage(
        EventIds.StandbyPoolFailed, LogLevel.Error, "The loop of the standby pool failed; its workers are ended, and no others are started",
        EventName = nameof(EventIds.StandbyPoolFailed))]
    private partial void LogPoolFailed(Exception exception);

    [LoggerMessage(
        EventIds.StandbyShortage, LogLevel.Information, "Memory pressure: {Count} standby workers are ended",
        EventName = nameof(EventIds.StandbyShortage))]
    private partial void LogShortage(int count);
}
