namespace LmDeploy.Supervisor.Standby;

internal sealed partial class StandbyPool
{
    [LoggerMessage(EventId = 50, EventName = "StandbyReady", Level = LogLevel.Information, Message = "Worker {Pid} stands by")]
    private partial void LogReady(int pid);

    [LoggerMessage(EventId = 51, EventName = "StandbyTaken", Level = LogLevel.Information, Message = "Worker {Pid} stands by no more: pipeline {Id} has it")]
    private partial void LogTaken(int pid, string id);

    [LoggerMessage(EventId = 52, EventName = "StandbyUnhealthy", Level = LogLevel.Warning, Message = "Worker {Pid} stood by and does not answer; it is ended")]
    private partial void LogUnhealthy(int pid);

    [LoggerMessage(EventId = 53, EventName = "StandbyDied", Level = LogLevel.Warning, Message = "Worker {Pid} stood by and died")]
    private partial void LogDied(int pid);

    [LoggerMessage(EventId = 54, EventName = "StandbyFailed", Level = LogLevel.Warning, Message = "No worker could be made to stand by: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(EventId = 55, EventName = "StandbyShortage", Level = LogLevel.Information, Message = "Memory is short: {Count} workers that stand by are ended")]
    private partial void LogShortage(int count);
}
