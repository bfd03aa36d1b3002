namespace LmDeploy.Supervisor.Standby;

internal sealed partial class FirstWorker
{
    [LoggerMessage(EventId = 56, EventName = "FirstWorkerReady", Level = LogLevel.Information, Message = "Worker {Pid}, the first, waits for a pipeline")]
    private partial void LogReady(int pid);

    [LoggerMessage(EventId = 57, EventName = "FirstWorkerTaken", Level = LogLevel.Information, Message = "Worker {Pid}, the first, has its pipeline: {Id}")]
    private partial void LogTaken(int pid, string id);

    [LoggerMessage(EventId = 58, EventName = "FirstWorkerUnused", Level = LogLevel.Information, Message = "Worker {Pid}, the first, is ended: no pipeline has come for it")]
    private partial void LogUnused(int pid);

    [LoggerMessage(EventId = 59, EventName = "FirstWorkerFailed", Level = LogLevel.Information, Message = "The first worker did not get ready: {Reason}")]
    private partial void LogFailed(string reason);
}
