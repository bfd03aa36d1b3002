using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// The memory promise of one worker, held until this is disposed. Without a ledger, where no memory could be read, it promises nothing. Thread-safe.
/// After disposal all members do nothing.
/// </summary>
/// <param name="pipeline">The id of the pipeline that the worker serves.</param>
/// <param name="name">How errors call that pipeline.</param>
internal sealed class Reservation(string pipeline, string name) : IAsyncDisposable
{
    private Action? _onReleased;
    private volatile bool _isLoaded;

    public string Pipeline => pipeline;

    public string Name => name;

    /// <summary>The ledger of the promise; null without a promise.</summary>
    public DeviceLedger? Ledger { get; init; }

    /// <summary>The promise as it was given.</summary>
    public Promise? Promise { get; init; }

    /// <summary>The device, <see cref="DeviceLedgers.Host"/> or a UUID; empty when nothing is promised.</summary>
    public string Device { get; init; } = "";

    /// <summary>The worker's <c>CUDA_VISIBLE_DEVICES</c>; null to inherit the supervisor's, where there is no device to choose.</summary>
    public string? VisibleDevices { get; init; }

    public long Bytes => Promise?.Bytes ?? 0;

    /// <summary>The upper bound of a cache whose size is a share of free memory; null for no bound.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>Receives the peak of the worker's memory; null when that peak does not predict the next run.</summary>
    public Action<long>? OnPeak { get; init; }

    /// <summary>Called once, when the promise is gone.</summary>
    public Action? OnReleased
    {
        init => _onReleased = value;
    }

    /// <summary>Assigns the promise to a worker, so that memory that the worker holds is not counted twice.</summary>
    public Task AssignAsync(ProcessIdentity worker) => UpdateAsync(promise => promise with { Worker = worker });

    /// <summary>Marks the worker as loaded: it has allocated its weights and its cache.</summary>
    public Task SettleAsync()
    {
        _isLoaded = true;
        return UpdateAsync(promise => promise with { IsLoaded = true });
    }

    /// <summary>Keeps the promise for another worker after the one that had it is gone.</summary>
    public Task ReopenAsync()
    {
        _isLoaded = false;
        return UpdateAsync(promise => promise with { Worker = default, IsLoaded = false });
    }

    /// <summary>Reports the worker's peak in bytes. The peak of a worker that never loaded its model is ignored.</summary>
    public void NotePeak(long bytes)
    {
        if (_isLoaded)
        {
            OnPeak?.Invoke(bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Promise is not null)
        {
            await Ledger!.RemoveAsync(Promise.Number);
        }

        Interlocked.Exchange(ref _onReleased, null)?.Invoke();
    }

    private Task UpdateAsync(Func<Promise, Promise> update) => Promise is null ? Task.CompletedTask : Ledger!.UpdateAsync(Promise.Number, update);
}
