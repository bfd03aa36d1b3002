using LmDeploy.Supervisor.Logging;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

internal sealed partial class Pipeline
{
    [LoggerMessage(EventIds.PipelineMoved, LogLevel.Information, "Pipeline {Id}: {From} -> {To}", EventName = nameof(EventIds.PipelineMoved))]
    private partial void LogMoved(string id, PipelineState from, PipelineState to);

    [LoggerMessage(
        EventIds.PipelineStopRequested, LogLevel.Information, "Pipeline {Id} is to end: {Reason}",
        EventName = nameof(EventIds.PipelineStopRequested))]
    private partial void LogStopRequested(string id, StopReason reason);

    [LoggerMessage(EventIds.PipelineStartFailed, LogLevel.Warning, "Pipeline {Id} did not get ready: {Code}", EventName = nameof(EventIds.PipelineStartFailed))]
    private partial void LogStartFailed(string id, string code, Exception exception);

    [LoggerMessage(EventIds.WorkerCrashed, LogLevel.Warning, "Pipeline {Id}: {Cause}", EventName = nameof(EventIds.WorkerCrashed))]
    private partial void LogCrashed(string id, string cause);

    [LoggerMessage(
        EventIds.WorkerRestarting, LogLevel.Warning, "Pipeline {Id}: a worker is started in place of the one that died, after {Delay}",
        EventName = nameof(EventIds.WorkerRestarting))]
    private partial void LogRestarting(string id, TimeSpan delay);

    [LoggerMessage(
        EventIds.HangWatchFailed,
        LogLevel.Error,
        "Pipeline {Id}: the watch for hangs failed; its worker is killed",
        EventName = nameof(EventIds.HangWatchFailed))]
    private partial void LogHangWatchFailed(string id, Exception exception);

    [LoggerMessage(
        EventIds.PipelineReleased, LogLevel.Information, "Pipeline {Id}: {Verdict}, {How}, {HeldBytes} bytes held, {Milliseconds} ms",
        EventName = nameof(EventIds.PipelineReleased))]
    private partial void LogReleased(string id, ReclaimVerdict verdict, string how, long heldBytes, double milliseconds);

    [LoggerMessage(EventIds.PipelineLoopFailed, LogLevel.Error, "Pipeline {Id}: its loop failed", EventName = nameof(EventIds.PipelineLoopFailed))]
    private partial void LogLoopFailed(string id, Exception exception);
}
