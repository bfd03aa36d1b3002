using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>What the loop does when a worker dies by itself.</summary>
internal sealed partial class Pipeline
{
    private async Task StartAsync(TimeSpan delay)
    {
        await Task.Delay(delay, _time, _start.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _starter.StartAsync(Spec, message => _messages.Writer.TryWrite(message), _start.Token);
    }

    private async Task OnCrashedAsync(SupervisorException crash)
    {
        _death = (crash, _time.GetTimestamp());
        _serving = new TaskCompletionSource<WorkerInstance>(TaskCreationOptions.RunContinuationsAsynchronously);
        var delay = _restarts.OnDeath(crash);
        MoveTo(PipelineState.Crashed);
        if (delay is null)
        {
            Fail(_restarts.GiveUp());
        }

        // Only now: whoever waits for this finds out at once whether there will be another worker.
        _worker!.Crash.TrySetResult(crash);
        await GoOnAsync(delay);
    }

    private async Task OnRestartFailedAsync(SupervisorException failure)
    {
        // Without a process the program itself cannot be run, and that does not pass.
        var isWorthRetrying = _worker is not null && RestartPolicy.IsWorthRetrying(failure);
        var delay = isWorthRetrying ? _restarts.OnDeath(failure) : null;
        MoveTo(PipelineState.Crashed);
        if (delay is null)
        {
            Fail(isWorthRetrying
                ? _restarts.GiveUp()
                : new SupervisorException(failure.Error.Code, $"No worker could take the place of one that died. {failure.Error.Message} Before: {_death?.Cause.Message}", failure.Error.Subject));
        }

        await GoOnAsync(delay);
    }

    /// <summary>Clears away the dead worker, and starts another one unless there is to be none.</summary>
    private async Task GoOnAsync(TimeSpan? delay)
    {
        var (receipt, gone) = await ReclaimAsync();
        if (delay is not { } wait || !gone)
        {
            if (delay is not null)
            {
                Fail(_restarts.GiveUp());
            }

            End(receipt, gone);
            return;
        }

        LogRestarting(Spec.Id, wait);
        MoveTo(PipelineState.Restarting);
        _isStarting = true;
        _starting = StartAsync(wait);
    }

    private void Fail(SupervisorException failure)
    {
        _ended.TrySetResult(failure);
        Tell(new HoldEvent { Failed = new PipelineFailed { Error = failure.Error } });
    }
}
