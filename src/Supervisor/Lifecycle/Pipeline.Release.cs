using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Its end: stopping the worker, and the receipt.</summary>
internal sealed partial class Pipeline
{
    /// <summary>Ends the worker and the pipeline. Only a worker that survives SIGKILL is left behind, in quarantine.</summary>
    private async Task ReleaseAsync(SupervisorException? startFailure = null)
    {
        await Probation.CloseAsync();
        var (receipt, gone) = await ReclaimAsync();
        End(receipt, gone, startFailure);
    }

    /// <summary>Publishes the receipt and moves to the last state.</summary>
    private void End(ReclaimReceipt receipt, bool gone, SupervisorException? startFailure = null)
    {
        var failed = _state is PipelineState.Crashed or PipelineState.Hung || startFailure is not null;
        MoveTo((gone, failed) switch
        {
            (false, _) => PipelineState.Quarantined,
            (_, true) => PipelineState.Failed,
            _ => PipelineState.Gone,
        });
        if (startFailure is null)
        {
            Tell(new HoldEvent { Released = receipt });
        }

        _events.Writer.TryComplete();
        _outcome.TrySetResult(new PipelineOutcome(receipt, startFailure));
    }

    /// <summary>Ends the pipeline after its loop failed. Waiting callers are told first, because the cleanup may take long, or fail.</summary>
    private async Task GiveUpAsync(Exception exception)
    {
        var failure = new SupervisorException(
            ErrorCodes.InternalError, $"The supervisor failed to run the pipeline {Spec.Name}: {exception.Message}", Spec.Name);
        Fail(failure);
        _events.Writer.TryComplete();
        await TryAsync(_stopping.CancelAsync);
        await TryAsync(Probation.CloseAsync);
        await TryAsync(() => _lives);
        while (_messages.Reader.TryRead(out var message))
        {
            if (message is PipelineMessage.Spawned spawned)
            {
                (_worker, _reservation) = (spawned.Worker, spawned.Reservation); // Nobody had looked at it yet.
            }
        }

        var gone = true;
        if (_worker is { } worker)
        {
            await TryAsync(() =>
            {
                worker.Process.Kill();
                return Task.CompletedTask;
            });
            gone = await worker.Process.Exited.CompletesWithinAsync(_reclaimer.KillTimeout, _time);
            await TryAsync(gone ? ForgetWorkerAsync : () => Task.CompletedTask);
        }

        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            await TryAsync(() => kept.DisposeAsync().AsTask());
        }

        _state = gone ? PipelineState.Failed : PipelineState.Quarantined;
        _outcome.TrySetResult(new PipelineOutcome(_lastReceipt ?? ReceiptWriter.WriteUnseen(failure.Message), failure));

        async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (Exception further)
            {
                LogLoopFailed(Spec.Id, Spec.Name, further);
            }
        }
    }

    /// <summary>Ends the worker, where there is one, and measures the reclaimed memory.</summary>
    /// <param name="keepsPromise">Whether to keep the worker's memory promise for its replacement.</param>
    /// <returns>The receipt of the last worker, and whether that is gone.</returns>
    private async Task<(ReclaimReceipt Receipt, bool Gone)> ReclaimAsync(bool keepsPromise = false)
    {
        if (_worker is not { } worker)
        {
            return (_lastReceipt ?? ReceiptWriter.WriteNothing(), true);
        }

        var crashed = (_intent is null && worker.Process.Exited.IsCompleted) || worker.KilledFor is not null;
        _lastReceipt = await _reclaimer.ReclaimAsync(new ReclaimTarget(worker.Process, _device, _lastSeen, _held, Spec.StopGrace, crashed));
        LogReleased(
            Spec.Id,
            Spec.Name,
            _lastReceipt.Verdict,
            EnumWords.Of(_lastReceipt.How),
            _lastReceipt.HeldBytes,
            _lastReceipt.Time.ToTimeSpan().TotalMilliseconds);
        if (!crashed)
        {
            _reservation?.NotePeak(_lastReceipt.PeakBytes);
        }

        if (!_lastReceipt.HasExitCode)
        {
            worker.Connection?.Dispose();
            return (_lastReceipt, false);
        }

        if (keepsPromise && _reservation is { } reservation)
        {
            (_reservation, worker.Reservation) = (null, null);
            await reservation.ReopenAsync();
            _kept = reservation;
        }

        await ForgetWorkerAsync();
        return (_lastReceipt, true);
    }

    private async Task ForgetWorkerAsync()
    {
        if (_worker is { } worker)
        {
            await worker.DisposeAsync();
            (_worker, _reservation) = (null, null);
        }
    }
}
