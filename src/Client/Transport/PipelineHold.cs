using Grpc.Core;
using LmDeploy.Errors;
using LmDeploy.Loading;
using LmDeploy.Receipts;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Transport;

/// <summary>
/// The call a pipeline lives by, and what came over it. It knows nothing of the <see cref="Pipeline"/> that uses it, so that a
/// forgotten one can be finalized while this is still reading. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer, and calls that end may still look at it: it is left to the collector.
internal sealed class PipelineHold
#pragma warning restore CA1001
{
    /// <summary>Timers go no further.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private const int MostFailures = 100;

    private readonly AsyncDuplexStreamingCall<HoldRequest, HoldEvent> _call;
    private readonly TimeSpan _closeTimeout;
    private readonly string _name;
    private readonly Action _supervisorLost;
    private readonly TaskCompletionSource<PipelineReady> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private IProgress<LoadProgress>? _progress;
    private TaskCompletionSource<ReclaimReceipt>? _closing;
    private LmDeployException? _failure;
    private ReclaimReceipt? _released;
    private IReadOnlyList<WorkerFailure> _failures = [];
    private int _workerPid;

    private PipelineHold(
        AsyncDuplexStreamingCall<HoldRequest, HoldEvent> call, string name, TimeSpan closeTimeout, IProgress<LoadProgress>? progress, Action supervisorLost)
    {
        _call = call;
        _name = name;
        _closeTimeout = closeTimeout;
        _progress = progress;
        _supervisorLost = supervisorLost;
    }

    /// <summary>Cancelled once the pipeline answers no more; <see cref="EndReason"/> says why.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>What later calls throw, or null while the pipeline works.</summary>
    public Exception? EndReason => _closing is not null
        ? new ObjectDisposedException(nameof(Pipeline), $"The pipeline {_name} has been closed.")
        : _failure;

    /// <summary>The receipt, once closed.</summary>
    public ReclaimReceipt? Receipt => _closing is { Task: { IsCompletedSuccessfully: true } task } ? task.Result : null;

    /// <summary>The process that serves the pipeline now.</summary>
    public int WorkerPid => Volatile.Read(ref _workerPid);

    /// <summary>How its workers ended that were replaced, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Failures => Volatile.Read(ref _failures);

    /// <summary>
    /// Opens a pipeline and waits until it is ready. When that fails or is cancelled, what was started is gone before this throws.
    /// <paramref name="supervisorLost"/> is called when the call breaks because the supervisor is gone.
    /// </summary>
    public static async Task<(PipelineHold Hold, PipelineReady Ready)> OpenAsync(
        Pipelines.PipelinesClient client,
        OpenPipeline open,
        EngineConfig config,
        IProgress<LoadProgress>? progress,
        Action supervisorLost,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var hold = new PipelineHold(
            client.Hold(cancellationToken: CancellationToken.None), config.Name ?? open.Model, config.CloseTimeout, progress, supervisorLost);
        try
        {
            _ = hold.ReadAsync();
            await hold.SendAsync(open).ConfigureAwait(false);
            var timeout = config.Admission.Timeout + config.Supervision.LoadTimeout + config.CloseTimeout;
            var ready = await hold._ready.Task.WaitAsync(timeout < LongestWait ? timeout : LongestWait, cancellationToken).ConfigureAwait(false);
            return (hold, ready);
        }
        catch (Exception e)
        {
            await hold.CloseAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is TimeoutException)
            {
                throw new ModelLoadException(
                    ErrorCodes.LoadTimeout,
                    $"The model {open.Model} was not ready within Admission.Timeout ({config.Admission.Timeout}) and "
                    + $"Supervision.LoadTimeout ({config.Supervision.LoadTimeout}).",
                    open.Model,
                    e);
            }

            throw;
        }
    }

    /// <summary>Ends the pipeline and waits for the receipt, at most for the close timeout. Never throws; every caller gets the same receipt.</summary>
    public Task<ReclaimReceipt> CloseAsync()
    {
        var closing = new TaskCompletionSource<ReclaimReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _closing, closing, null) is { } first)
        {
            return first.Task;
        }

        _ = CloseAsync(closing);
        return closing.Task;
    }

    private async Task CloseAsync(TaskCompletionSource<ReclaimReceipt> closing)
    {
        string reason;
        try
        {
            await _ended.CancelAsync().ConfigureAwait(false);
            await HalfCloseAsync().WaitAsync(_closeTimeout).ConfigureAwait(false);
            reason = $"The supervisor was gone before it could report: {_failure?.Message}";
        }
        catch (TimeoutException)
        {
            reason = $"The supervisor did not report within {_closeTimeout.TotalSeconds:0.###} s.";
        }
        finally
        {
            _call.Dispose();
        }

        closing.SetResult(_released ?? new ReclaimReceipt { Verdict = ReclaimVerdict.Unverifiable, Reason = reason, WorkerPid = WorkerPid });
    }

    private async Task HalfCloseAsync()
    {
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e) || e is InvalidOperationException)
        {
            // The call is over already; the reader knows how it ended.
        }

        await _over.Task.ConfigureAwait(false);
    }

    private async Task SendAsync(OpenPipeline open)
    {
        try
        {
            await _call.RequestStream.WriteAsync(new HoldRequest { Open = open }).ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e) || e is InvalidOperationException)
        {
            // The call ended before it began; the reader knows why.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                await TakeAsync(_call.ResponseStream.Current).ConfigureAwait(false);
            }

            await FailAsync(new SupervisorUnavailableException(
                ErrorCodes.SupervisorUnavailable, "The supervisor ended the pipeline without saying why.")).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What is not of the call was thrown by the caller's own progress.
            await FailAsync(RpcErrors.IsOfCall(e)
                ? RpcErrors.ToException(e)
                : new LmDeployException(ErrorCodes.InternalError, $"Progress could not be reported: {e.Message}", "", e)).ConfigureAwait(false);
        }
        finally
        {
            _over.SetResult();
        }
    }

    private async Task TakeAsync(HoldEvent e)
    {
        switch (e.EventCase)
        {
            case HoldEvent.EventOneofCase.Progress:
                var stage = EnumWords.To<LmDeploy.LoadStage>(e.Progress.Stage);
                if (stage == LmDeploy.LoadStage.Waiting)
                {
                    // Somebody may have forgotten what it waits for.
                    _ = AbandonedPipelines.CollectAsync(CancellationToken.None);
                }

                _progress?.Report(
                    new LoadProgress { Stage = stage, LoadedBytes = e.Progress.LoadedBytes, TotalBytes = e.Progress.TotalBytes, Weights = e.Progress.Weights });
                break;
            case HoldEvent.EventOneofCase.Ready:
                _progress = null;
                Volatile.Write(ref _workerPid, e.Ready.WorkerPid);
                _ready.TrySetResult(e.Ready);
                break;
            case HoldEvent.EventOneofCase.Restarted:
                Note(e.Restarted.Cause);
                Volatile.Write(ref _workerPid, e.Restarted.WorkerPid);
                break;
            case HoldEvent.EventOneofCase.Failed:
                Note(e.Failed.Error);
                await FailAsync(e.Failed.Error.ToException()).ConfigureAwait(false);
                break;
            case HoldEvent.EventOneofCase.Released:
                _released = e.Released.ToReceipt();
                break;
            default:
                break;
        }
    }

    private void Note(Error? cause)
    {
        if (WorkerFailure.FromWire(cause?.Failure) is { } failure)
        {
            Volatile.Write(ref _failures, [.. _failures.TakeLast(MostFailures - 1), failure]);
        }
    }

    /// <summary>The first failure stays; calls that run are ended.</summary>
    private async Task FailAsync(LmDeployException failure)
    {
        if (failure is SupervisorUnavailableException)
        {
            _supervisorLost();
        }

        Interlocked.CompareExchange(ref _failure, failure, null);
        if (_ready.TrySetException(failure.WhileLoading()))
        {
            // Marks it as observed: whoever gave up waiting does not come back for it.
            _ = _ready.Task.Exception;
        }

        await _ended.CancelAsync().ConfigureAwait(false);
    }
}
