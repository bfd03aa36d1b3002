using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>
/// A named pipeline, loaded on demand: the first request loads it, concurrent requests wait for that load, and it is unloaded after its TTL. It only
/// opens and stops pipelines, which manage their own state. Thread-safe.
/// </summary>
/// <param name="open">The model and settings of the name.</param>
/// <param name="evictOthers">Evicts idle pipelines; returns whether there were any.</param>
/// <param name="predecessor">What the first load waits for; null for nothing. Its failure does not matter.</param>
internal sealed class NamedPipeline(
    OpenPipeline open, PipelineKeeper keeper, Func<Task<bool>> evictOthers, TimeProvider time, Task? predecessor = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private TimeSpan _ttl;
    private bool _isPinned;
    private bool _isDropped;
    private int _users;
    private long _lastUsed = time.GetTimestamp();

    // The pipeline that is loaded or loading, and the end of its predecessor, which the load waits for.
    private Task<Pipeline>? _loading;
    private Pipeline? _pipeline;
    private Task _before = predecessor ?? Task.CompletedTask;

    // Of the latest load; null once one has succeeded.
    private Error? _failure;

    public OpenPipeline Open => open;

    /// <summary>The pipeline that is loaded or loading; null when there is none.</summary>
    public Pipeline? Resident => Read(() => _pipeline);

    /// <summary>Requests that use it or wait for it.</summary>
    public int Users => Read(() => _users);

    public NamedPipelineStatus Status => Read(() => new NamedPipelineStatus(_isPinned, _ttl, _users > 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastUsed)));

    /// <summary>Whether it is loaded, and the failure that stands in the way.</summary>
    public LoadStatus Load => Read(() => new LoadStatus(
        StateOfLoad(), FailureOfLoad(), StateOfLoad() == LoadState.Loading ? _pipeline?.Progress : null));

    /// <summary>Whether it is loaded, idle and not pinned.</summary>
    public bool IsEvictable => Read(() => CanUnload);

    /// <summary>Whether it is neither loaded nor waited for.</summary>
    public bool IsVacant => Read(() => _users == 0 && (_loading is null or { IsCompleted: true, IsCompletedSuccessfully: false }));

    private bool CanUnload => _users == 0 && !_isPinned && !_isDropped && _loading?.IsCompletedSuccessfully == true;

    /// <param name="ttl">How long it stays without a request; zero for ever.</param>
    /// <param name="pinned">Whether it stays loaded: no TTL and no eviction.</param>
    public void Keep(TimeSpan ttl, bool pinned)
    {
        lock (_gate)
        {
            _ttl = ttl;
            _isPinned = pinned;
            ArmTimer();
        }
    }

    /// <summary>Begins a request and loads the pipeline if needed. A load continues for other requests when its caller cancels.</summary>
    /// <exception cref="SupervisorException">It cannot be loaded, or was unloaded by name.</exception>
    public async Task<RequestScope> EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var loading = BeginUse();
        try
        {
            var pipeline = await loading.WaitAsync(cancellationToken);
            return pipeline.Enter(EndUse);
        }
        catch
        {
            EndUse();
            throw;
        }
    }

    /// <summary>Unloads it if it is evictable, and returns when it is gone or will not go.</summary>
    /// <returns>Whether it was.</returns>
    public async Task<bool> TryEvictAsync()
    {
        Task gone;
        lock (_gate)
        {
            if (!CanUnload)
            {
                return false;
            }

            gone = Unload();
        }

        await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>
    /// Refuses new requests, drains running ones and unloads the pipeline for good. Cancels a load at once, with the requests that wait for it.
    /// </summary>
    /// <param name="drainTimeout">How long requests may go on before they are ended.</param>
    public async Task<ReclaimReceipt> DropAsync(TimeSpan drainTimeout)
    {
        var loading = Read(() =>
        {
            _isDropped = true;
            CompleteUnused();
            return _loading;
        });
        if (loading?.IsCompletedSuccessfully == true)
        {
            await _unused.Task.CompletesWithinAsync(drainTimeout, time);
        }

        Resident?.Stop(StopReason.Requested);
        await ((Task?)loading ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Resident is { } pipeline ? (await pipeline.Completion).Receipt : ReceiptWriter.WriteNothing();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDropped = true;
            _timer?.Dispose();
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private Task<Pipeline> BeginUse()
    {
        lock (_gate)
        {
            ThrowIfDropped();
            if (_loading is { IsCompleted: true } && (!_loading.IsCompletedSuccessfully || _pipeline!.Ended.IsCompleted))
            {
                _failure = FailureOfLoad();
                Forget();
            }

            _users++;
            return _loading ??= LoadAsync(_before);
        }
    }

    private void EndUse()
    {
        lock (_gate)
        {
            _users--;
            _lastUsed = time.GetTimestamp();
            ArmTimer();
            CompleteUnused();
        }
    }

    private async Task<Pipeline> LoadAsync(Task before)
    {
        // The caller holds the gate, so continue on another stack.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            var pipeline = await OpenWithEvictionAsync();
            Read(() => _failure = null);
            return pipeline;
        }
        catch (SupervisorException failure) when (failure.Error.Code != ErrorCodes.Stopped)
        {
            Read(() => _failure = failure.Error);
            throw;
        }
    }

    private async Task<Pipeline> OpenWithEvictionAsync()
    {
        try
        {
            return await OpenAsync();
        }
        catch (SupervisorException failure) when (failure.Error.Code == ErrorCodes.OutOfMemory)
        {
            // The model needs more than its estimate. Evict idle pipelines and retry once.
            if (!await evictOthers())
            {
                throw;
            }
        }

        return await OpenAsync();
    }

    private async Task<Pipeline> OpenAsync()
    {
        lock (_gate)
        {
            ThrowIfDropped();
        }

        var (pipeline, ready) = keeper.Open(open);
        lock (_gate)
        {
            _pipeline = pipeline;
            if (_isDropped)
            {
                pipeline.Stop(StopReason.Requested);
            }
        }

        await ready;
        return pipeline;
    }

    private LoadState StateOfLoad() =>
        _loading is { IsCompleted: false } ? LoadState.Loading
        : FailureOfLoad() is not null ? LoadState.Failed
        : _loading?.IsCompletedSuccessfully == true && !_pipeline!.Ended.IsCompleted ? LoadState.Ready
        : LoadState.Unloaded;

    /// <summary>A pipeline that has ended by itself counts as one that failed to load, until it is loaded again.</summary>
    private Error? FailureOfLoad() =>
        _loading?.IsCompletedSuccessfully == true && _pipeline!.Ended is { IsCompletedSuccessfully: true, Result.Error: var error }
            ? error.Code == ErrorCodes.Stopped ? null : error
            : _failure;

    private void OnTtl()
    {
        lock (_gate)
        {
            if (CanUnload)
            {
                Unload();
            }
            else if (_loading is { IsCompleted: false })
            {
                ArmTimer();
            }
        }
    }

    /// <summary>Later requests load it again once this pipeline is gone.</summary>
    private Task Unload()
    {
        _pipeline!.Stop(StopReason.Unloaded);
        Forget();
        return _before;
    }

    private void Forget()
    {
        _before = _pipeline?.Completion ?? Task.CompletedTask;
        _loading = null;
        _pipeline = null;
    }

    /// <summary>Restarts the TTL.</summary>
    private void ArmTimer()
    {
        if (!_isDropped)
        {
            _timer ??= time.CreateTimer(_ => OnTtl(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(_users == 0 && !_isPinned && _ttl > TimeSpan.Zero ? _ttl : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void CompleteUnused()
    {
        if (_isDropped && _users == 0)
        {
            _unused.TrySetResult();
        }
    }

    private void ThrowIfDropped()
    {
        if (_isDropped)
        {
            throw new SupervisorException(ErrorCodes.Stopped, $"The pipeline {open.Name} was unloaded by request.", open.Name);
        }
    }
}
