using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>The lives of its workers: how they start, and how the loop handles a crash.</summary>
internal sealed partial class Pipeline
{
    private async Task RunLivesAsync()
    {
        SupervisorException? failure = null;
        try
        {
            failure = await _restarts.RunAsync(LiveAsync, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody stopped the pipeline.
        }
        catch (Exception exception)
        {
            LogLoopFailed(Spec.Id, Spec.Name, exception);
            failure = new SupervisorException(
                ErrorCodes.InternalError, $"The supervisor failed to run a worker of {Spec.Name}: {exception.Message}", Spec.Name);
        }

        Send(new PipelineMessage.LivesEnded(failure));
    }

    private async Task<WorkerDeath> LiveAsync(CancellationToken stopping)
    {
        var life = new TaskCompletionSource<WorkerDeath>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(new PipelineMessage.LifeBegun(life));
        await _starter.StartAsync(Spec, Interlocked.Exchange(ref _kept, null), Send, stopping);
        return await life.Task.WaitAsync(stopping);
    }

    private async Task OnLostAsync(WorkerInstance worker)
    {
        var during = worker.Folder.Flight.Read().IsBusy || RunningRequests > 0 ? WorkerActivity.Serving : WorkerActivity.Idle;
        _serving = new TaskCompletionSource<WorkerInstance>(TaskCreationOptions.RunContinuationsAsynchronously);
        MoveTo(worker.KilledFor is WorkerFailureKind.Hung or WorkerFailureKind.Stopped ? PipelineState.Hung : PipelineState.Crashed);
        var cause = await _failureReporter.ReportAsync(worker, ErrorCodes.WorkerCrashed, during, Requests.Describe);
        LogCrashed(Spec.Id, Spec.Name, cause.Message);
        var hasServed = worker.Folder.Flight.Read().Step > 0;
        worker.Crash.TrySetResult(cause);
        await DieAsync(new WorkerDeath(cause, hasServed, IsFinal: false));
    }

    private async Task OnReplacementFailedAsync(SupervisorException failure)
    {
        MoveTo(PipelineState.Crashed);

        // Without a process the program cannot be started at all; a retry does not help.
        var isFinal = _worker is null && failure.Error.Code == ErrorCodes.WorkerStartFailed;
        isFinal |= !RestartPolicy.IsWorthRetrying(failure.Error);
        var cause = isFinal
            ? new SupervisorException(
                failure.Error.Code,
                $"The crashed worker could not be replaced. {failure.Error.Message} The crash: {_death?.Cause.Message}",
                failure.Error.Subject)
            : failure;
        await DieAsync(new WorkerDeath(cause, HasServed: false, isFinal));
    }

    /// <summary>Records a crash, cleans up after the worker, and lets the restart policy decide.</summary>
    private async Task DieAsync(WorkerDeath death)
    {
        _death ??= (death.Cause, _time.GetTimestamp());
        if (death.Cause.Error.Failure is { } failure)
        {
            _failures = [.. _failures.TakeLast(KeptFailures - 1), failure];
        }

        var isDeviceBroken = death.Cause.Error.Failure?.Xids.Any(XidLine.IsOfDevice) == true;
        if (isDeviceBroken && _reservation is { } reservation)
        {
            _starter.Avoid(reservation.Device);
        }

        var (receipt, gone) = await ReclaimAsync(keepsPromise: death.HasServed && !isDeviceBroken);
        if (gone)
        {
            _life!.TrySetResult(death);
            return;
        }

        // A worker that survives SIGKILL may still use the device, so no other worker is started beside it.
        await Probation.CloseAsync();
        Fail(death.Cause);
        await _stopping.CancelAsync();
        End(receipt, gone);
    }

    private void OnRestarting(TimeSpan delay)
    {
        if (_intent is not null)
        {
            return;
        }

        LogRestarting(Spec.Id, Spec.Name, delay);
        MoveTo(PipelineState.Restarting);
        Interlocked.Increment(ref _restartCount);
        _isStarting = true;
    }

    private async Task OnLivesEndedAsync(SupervisorException? failure)
    {
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            await kept.DisposeAsync();
        }

        if (_intent is not null)
        {
            await ReleaseAsync();
            return;
        }

        if (_outcome.Task.IsCompleted)
        {
            return;
        }

        await Probation.CloseAsync();
        Fail(failure!);
        End(_lastReceipt ?? Receipts.ReceiptWriter.WriteNothing(), gone: true);
    }

    private void Fail(SupervisorException failure)
    {
        _ended.TrySetResult(failure);
        Tell(new HoldEvent { Failed = new PipelineFailed { Error = failure.Error } });
    }

    private void Watch(WorkerInstance worker)
    {
        if (Spec.HangTimeout is { } timeout)
        {
            new HangWatch(worker, timeout, _time).RunAsync().Detach(exception => OnHangWatchFailed(worker, exception));
        }
    }

    /// <summary>Kills a worker whose hang watch failed: it could hang for ever with all of its requests.</summary>
    private void OnHangWatchFailed(WorkerInstance worker, Exception exception)
    {
        LogHangWatchFailed(Spec.Id, Spec.Name, exception);
        worker.KillFor(WorkerFailureKind.Killed, $"the watch for hangs failed ({exception.Message})");
    }

    private async Task TellExitAsync(WorkerInstance worker)
    {
        await worker.Process.Exited;
        Send(new PipelineMessage.Exited(worker));
    }

    private async Task TellKilledAsync(WorkerInstance worker)
    {
        await worker.Killed;
        Send(new PipelineMessage.Killed(worker));
    }
}
