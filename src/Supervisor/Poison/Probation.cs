using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;

namespace LmDeploy.Supervisor.Poison;

/// <summary>
/// Where the requests go that were in a worker when it died: one at a time into a worker of their own, beside the one that serves the others.
/// That worker is a pipeline like any other; it is opened for the first of them and closed after the last. Thread-safe.
/// </summary>
/// <param name="open">Opens that pipeline.</param>
#pragma warning disable CA1001 // The semaphore has no wait handle, and turns may end after the pipeline: it is left to the collector.
internal sealed class Probation(Func<Pipeline> open)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Pipeline? _pipeline;
    private int _waiting;
    private bool _isClosed;

    /// <summary>Waits until it is the caller's turn and there is a worker. Where none can be had, because there is no room for a second one, the turn has none.</summary>
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
            var pipeline = await OpenAsync();
            return new ProbationTurn(this, pipeline, pipeline is null ? null : await pipeline.ServingAsync(cancellationToken));
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
        Pipeline? pipeline;
        lock (_gate)
        {
            _isClosed = true;
            pipeline = _pipeline;
        }

        await CloseAsync(pipeline);
    }

    /// <summary>Called by a <see cref="ProbationTurn"/> that is over.</summary>
    public async Task EndTurnAsync()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            Pipeline? pipeline;
            lock (_gate)
            {
                (pipeline, _pipeline) = (_pipeline, null);
            }

            await CloseAsync(pipeline);
        }

        _turn.Release();
    }

    private static async Task CloseAsync(Pipeline? pipeline)
    {
        if (pipeline is not null)
        {
            pipeline.Stop(StopReason.Disposed);
            await pipeline.Completion;
        }
    }

    /// <summary>The pipeline of the turn before, or a new one once nothing is left of one whose worker died.</summary>
    private async Task<Pipeline?> OpenAsync()
    {
        Pipeline? last;
        lock (_gate)
        {
            last = _pipeline;
        }

        if (last is { State: not (PipelineState.Starting or PipelineState.Loading or PipelineState.Ready) })
        {
            await CloseAsync(last);
        }

        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            if (_pipeline is null || _pipeline.Completion.IsCompleted)
            {
                _pipeline = open();
            }

            return _pipeline;
        }
    }
}
