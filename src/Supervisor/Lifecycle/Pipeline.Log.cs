using LmDeploy.Supervisor.Logging;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

internal sealed partial class Pipeline
{
    [LoggerMessage(EventIds.PipelineMoved, LogLevel.Information, "pipeline {Id} ({Name}): {From} -> {To}", EventName = nameof(EventIds.PipelineMoved))]
    private partial void LogMoved(string id, string name, PipelineState from, PipelineState to);

    [LoggerMessage(
        EventIds.PipelineStopRequested, LogLevel.Information, "pipeline {Id} ({Name}) stops: {Reason}",
        EventName = nameof(EventIds.PipelineStopRequested))]
    private partial void LogStopRequested(string id, string name, StopReason reason);

    [LoggerMessage(
        EventIds.PipelineStartFailed, LogLevel.Warning, "pipeline {Id} ({Name}) did not get ready: {Code}", EventName = nameof(EventIds.PipelineStartFailed))]
    private partial void LogStartFailed(string id, string name, string code, Exception exception);

    [LoggerMessage(EventIds.WorkerCrashed, LogLevel.Warning, "pipeline {Id} ({Name}): {Cause}", EventName = nameof(EventIds.WorkerCrashed))]
    private partial void LogCrashed(string id, string name, string cause);

    [LoggerMessage(
        EventIds.WorkerRestarting, LogLevel.Warning, "pipeline {Id} ({Name}): a replacement worker starts after {Delay}",
        EventName = nameof(EventIds.WorkerRestarting))]
    private partial void LogRestarting(string id, string name, TimeSpan delay);

    [LoggerMessage(
        EventIds.HangWatchFailed,
        LogLevel.Error,
        "pipeline {Id} ({Name}): the hang watch failed; its worker is killed",
        EventName = nameof(EventIds.HangWatchFailed))]
    private partial void LogHangWatchFailed(string id, string name, Exception exception);

    [LoggerMessage(
        EventIds.PipelineReleased, LogLevel.Information, "pipeline {Id} ({Name}): {Verdict}, {How}, {HeldBytes} bytes held, {Milliseconds} ms",
        EventName = nameof(EventIds.PipelineReleased))]
    private partial void LogReleased(string id, string name, ReclaimVerdict verdict, string how, long heldBytes, double milliseconds);

    [LoggerMessage(EventIds.PipelineLoopFailed, LogLevel.Error, "pipeline {Id} ({Name}): its loop failed", EventName = nameof(EventIds.PipelineLoopFailed))]
    private partial void LogLoopFailed(string id, string name, Exception exception);
}
