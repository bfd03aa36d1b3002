using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Poison;

/// <summary>
/// Probation: runs requests that were in a worker when it died one at a time in a worker of their own, beside the one that serves the others. That
/// worker is started for the first of them and stopped after the last. Thread-safe.
/// </summary>
/// <param name="open">Opens that source.</param>
#pragma warning disable CA1001 // The semaphore has no wait handle, and turns may end after the pipeline: it is left to the collector.
internal sealed class Probation(Func<IWorkerSource> open)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IWorkerSource? _source;
    private int _waiting;
    private bool _isClosed;

    /// <summary>Waits for the caller's turn and a worker. Without memory for a second worker, the turn has none.</summary>
    public async Task<ProbationTurn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }

        try
        {
            var source = await OpenAsync();
            return new ProbationTurn(this, source, source is null ? null : await source.ServingAsync(cancellationToken));
        }
        catch (SupervisorException)
        {
            return new ProbationTurn(this, null, null);
        }
        catch
        {
            await EndTurnAsync();
            throw;
        }
    }

    /// <summary>Ends the worker, whoever has his turn, and opens no more. Returns when nothing is left of it.</summary>
    public async Task CloseAsync()
    {
        IWorkerSource? source;
        lock (_gate)
        {
            _isClosed = true;
            source = _source;
        }

        await CloseAsync(source);
    }

    /// <summary>Called by a <see cref="ProbationTurn"/> that is over.</summary>
    public async Task EndTurnAsync()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            IWorkerSource? source;
            lock (_gate)
            {
                (source, _source) = (_source, null);
            }

            await CloseAsync(source);
        }

        _turn.Release();
    }

    private static Task CloseAsync(IWorkerSource? source) => source?.CloseAsync() ?? Task.CompletedTask;

    /// <summary>The source of the turn before, or a new one once nothing is left of one whose worker died.</summary>
    private async Task<IWorkerSource?> OpenAsync()
    {
        IWorkerSource? last;
        lock (_gate)
        {
            last = _source;
        }

        if (last is { IsOpen: false })
        {
            await CloseAsync(last);
        }

        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            if (_source is null || _source.IsGone)
            {
                _source = open();
            }

            return _source;
        }
    }
}
