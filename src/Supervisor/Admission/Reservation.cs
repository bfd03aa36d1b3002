using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// Memory that one worker may take, promised until this is disposed. Without a ledger it stands for memory that nobody could look at, and promises nothing.
/// All members may be used from several threads at once, and after the disposal, when they do nothing.
/// </summary>
/// <param name="pipeline">The id of the pipeline that the worker serves.</param>
/// <param name="name">How errors call that pipeline.</param>
internal sealed class Reservation(string pipeline, string name) : IAsyncDisposable
{
    private Action? _onReleased;
    private volatile bool _isLoaded;

    public string Pipeline => pipeline;

    public string Name => name;

    /// <summary>Where it is written down; null when nothing is.</summary>
    public DeviceLedger? Ledger { get; init; }

    /// <summary>The promise as it was given.</summary>
    public Promise? Promise { get; init; }

    /// <summary>The device, <see cref="DeviceLedgers.Host"/> or a UUID; empty when nothing is promised.</summary>
    public string Device { get; init; } = "";

    /// <summary>
    /// What the worker is to see as <c>CUDA_VISIBLE_DEVICES</c>; null for what the supervisor sees, which is right where there is nothing to choose.
    /// </summary>
    public string? VisibleDevices { get; init; }

    public long Bytes => Promise?.Bytes ?? 0;

    /// <summary>The most its cache may take of the promise, when that is a share of what is free; null when it may have all it can use.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>Who is to be told the peak of the worker's memory; null when that would say nothing about the next run.</summary>
    public Action<long>? OnPeak { get; init; }

    /// <summary>Called once, when the promise is gone.</summary>
    public Action? OnReleased
    {
        init => _onReleased = value;
    }

    /// <summary>Says whose it is: what that worker holds counts no more on top of what the device shows as used.</summary>
    public Task AssignAsync(ProcessIdentity worker) => UpdateAsync(promise => promise with { Worker = worker });

    /// <summary>Says that the worker has loaded its model and made its cache.</summary>
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

    /// <summary>Learns what the worker took at most, in bytes; one that never loaded its model says nothing.</summary>
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
