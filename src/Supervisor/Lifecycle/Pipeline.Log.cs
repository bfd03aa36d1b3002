using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

internal sealed partial class Pipeline
{
    [LoggerMessage(EventId = 20, EventName = "PipelineMoved", Level = LogLevel.Information, Message = "Pipeline {Id}: {From} -> {To}")]
    private partial void LogMoved(string id, PipelineState from, PipelineState to);

    [LoggerMessage(EventId = 21, EventName = "PipelineStopRequested", Level = LogLevel.Information, Message = "Pipeline {Id} is to end: {Reason}")]
    private partial void LogStopRequested(string id, StopReason reason);

    [LoggerMessage(EventId = 22, EventName = "PipelineStartFailed", Level = LogLevel.Warning, Message = "Pipeline {Id} did not get ready: {Code}")]
    private partial void LogStartFailed(string id, string code, Exception exception);

    [LoggerMessage(EventId = 23, EventName = "WorkerCrashed", Level = LogLevel.Warning, Message = "Pipeline {Id}: {Cause}")]
    private partial void LogCrashed(string id, string cause);

    [LoggerMessage(EventId = 26, EventName = "WorkerRestarting", Level = LogLevel.Warning, Message = "Pipeline {Id}: a worker is started in place of the one that died, after {Delay}")]
    private partial void LogRestarting(string id, TimeSpan delay);

    [LoggerMessage(EventId = 24, EventName = "PipelineReleased", Level = LogLevel.Information, Message = "Pipeline {Id}: {Verdict}, {How}, {HeldBytes} bytes held, {Milliseconds} ms")]
    private partial void LogReleased(string id, ReclaimVerdict verdict, string how, long heldBytes, double milliseconds);

    [LoggerMessage(EventId = 25, EventName = "PipelineLoopFailed", Level = LogLevel.Error, Message = "Pipeline {Id}: its loop failed")]
    private partial void LogLoopFailed(string id, Exception exception);
}
