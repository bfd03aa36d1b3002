using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// The first-in, first-out admission queue of one memory pool. The head retries whenever a promise of this supervisor ends, and every 250 ms, because
/// other processes change memory too. Idle pipelines are evicted for it where that makes enough room. Thread-safe.
/// </summary>
internal sealed class AdmissionLane(
    IMemoryPool pool, DeviceLedgers ledgers, OwnerMemory owners, PeakStore peaks, Lazy<IEvictor> evictor, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrencyLimiter _turns = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = 1, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private readonly ConcurrentDictionary<Reservation, bool> _reservations = new();
    private TaskCompletionSource _change = NewChange();

    /// <summary>As <see cref="IAdmission.AcquireAsync"/>.</summary>
    /// <exception cref="SupervisorException">Code <c>insufficient_memory</c> or <c>quota_exceeded</c>.</exception>
    public async Task<Reservation> AcquireAsync(WorkerSpec spec, MemoryEstimate estimate, Action onWaiting, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is { Count: > 0 } devices && IsTooLarge(estimate.Need, devices))
        {
            throw MemoryShortage.Never(spec, estimate.Need, devices, pool);
        }

        using var deadline = new CancellationTokenSource(spec.AdmissionTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var turn = _turns.AttemptAcquire();
            if (turn.IsAcquired && await TryPlaceAsync(spec, estimate, cancellationToken) is { } reservation)
            {
                return reservation;
            }

            onWaiting();
            return turn.IsAcquired ? await LookUntilPlacedAsync(spec, estimate, either.Token) : await QueueAsync(spec, estimate, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw MemoryShortage.Now(spec, estimate.Need, await ReadAsync(cancellationToken) ?? [], [.. _reservations.Keys], pool);
        }
    }

    /// <summary>Previews admission without promising memory.</summary>
    /// <returns>Its need, the best device and the reason why it fits on none; null where it fits on one, or no device can be read.</returns>
    public async Task<(MemoryFit Fit, Error? Shortage)> PreviewAsync(WorkerSpec spec, MemoryEstimate estimate, CancellationToken cancellationToken)
    {
        var need = estimate.Need;
        var fit = new MemoryFit { FixedBytes = need.Fixed, LeastBytes = need.Least, MostBytes = need.Most };
        if (await ReadAsync(cancellationToken) is not { Count: > 0 } devices)
        {
            return (fit, null);
        }

        var best = devices[0];
        (fit.Device, fit.TotalBytes, fit.FreeBytes) = (pool.Describe(best.Device), best.Total, Math.Max(0, best.Promisable));
        fit.FitsNow = need.Grant(best.Promisable) is not null;
        return (fit, IsTooLarge(need, devices) ? MemoryShortage.Never(spec, need, devices, pool).Error : null);
    }

    public void Dispose() => _turns.Dispose();

    private static bool IsTooLarge(MemoryNeed need, IReadOnlyList<DeviceReading> devices) => devices.Max(device => device.Total) < need.Least;

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<Reservation> QueueAsync(WorkerSpec spec, MemoryEstimate estimate, CancellationToken ended)
    {
        using var turn = await _turns.AcquireAsync(1, ended);
        return await LookUntilPlacedAsync(spec, estimate, ended);
    }

    private async Task<Reservation> LookUntilPlacedAsync(WorkerSpec spec, MemoryEstimate estimate, CancellationToken ended)
    {
        while (true)
        {
            ended.ThrowIfCancellationRequested();
            var change = Volatile.Read(ref _change).Task;
            if (await TryPlaceAsync(spec, estimate, ended) is { } reservation)
            {
                return reservation;
            }

            using var look = CancellationTokenSource.CreateLinkedTokenSource(ended);
            await Task.WhenAny(change, Task.Delay(LookInterval, time, look.Token));
            await look.CancelAsync();
        }
    }

    /// <summary>Promises the memory, evicting as few idle pipelines as needed.</summary>
    private async Task<Reservation?> TryPlaceAsync(WorkerSpec spec, MemoryEstimate estimate, CancellationToken cancellationToken)
    {
        while (true)
        {
            owners.Check(spec, estimate.Need);
            if (await ReadAsync(cancellationToken) is not { Count: > 0 } devices)
            {
                // Without a reading there is nothing to promise against but the quota, so the worker tries with what is there.
                return owners.TryGrant(spec, estimate.Need.Grant) is { } granted ? TakeUnread(spec, estimate.Need, granted) : null;
            }

            var choice = devices.Where(device => !device.IsAvoided).ToList() is { Count: > 0 } sound ? sound : devices;
            foreach (var device in choice)
            {
                if (await ledgers.Of(device.Device).TryAddAsync(promises => GrantOn(device, promises)) is { } promise)
                {
                    return Take(spec, estimate, device.Device, isOnlyOne: devices.Count == 1, promise);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!await TryEvictAsync(choice, estimate.Need.Least))
            {
                return null;
            }
        }

        long? GrantOn(DeviceReading device, IReadOnlyList<Promise> promises) =>
            owners.TryGrant(spec, room => estimate.Need.Grant(Math.Min(room, device.FreeBeside(promises))));
    }

    private Reservation TakeUnread(WorkerSpec spec, MemoryNeed need, long granted) => new(spec.Id, spec.Name)
    {
        CacheBytes = granted == need.Most ? null : granted - need.Fixed,
        OnReleased = () => owners.Return(spec, granted),
    };

    private Reservation Take(WorkerSpec spec, MemoryEstimate estimate, string device, bool isOnlyOne, Promise promise)
    {
        var need = estimate.Need;
        Reservation? taken = null;
        taken = new Reservation(spec.Id, spec.Name)
        {
            Ledger = ledgers.Of(device),
            Promise = promise,
            Device = device,
            VisibleDevices = isOnlyOne ? null : device,
            CacheBytes = promise.Bytes == need.Most ? null : promise.Bytes - need.Fixed,
            OnPeak = estimate.Key.Length > 0 && promise.Bytes == need.Most ? bytes => Learn(estimate, bytes) : null,
            OnReleased = () =>
            {
                _reservations.TryRemove(taken!, out _);
                owners.Return(spec, promise.Bytes);
                Interlocked.Exchange(ref _change, NewChange()).TrySetResult();
            },
        };
        _reservations[taken] = true;
        return taken;
    }

    /// <summary>GPU readings cover the whole device. A peak far from the estimate includes other processes and is not recorded.</summary>
    private void Learn(MemoryEstimate estimate, long peak)
    {
        if (peak > 0 && peak / 2 <= estimate.Need.Most)
        {
            peaks.Note(estimate.Key, peak);
        }
    }

    /// <summary>Evicts the least recently used pipeline, on a device where eviction makes enough room.</summary>
    private async Task<bool> TryEvictAsync(IReadOnlyList<DeviceReading> devices, long bytes)
    {
        var idle = evictor.Value.FindIdle();
        foreach (var device in devices)
        {
            var here = idle
                .Select(id => _reservations.Keys.FirstOrDefault(reservation => reservation.Pipeline == id && reservation.Device == device.Device))
                .OfType<Reservation>().ToList();
            if (here.Count > 0 && device.Promisable + here.Sum(device.GainOf) >= bytes && await evictor.Value.TryEvictAsync(here[0].Pipeline))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Devices with the most promisable memory first.</summary>
    private async Task<IReadOnlyList<DeviceReading>?> ReadAsync(CancellationToken cancellationToken) =>
        await pool.ReadAsync(device => ledgers.Of(device).ReadAsync(), cancellationToken) is { } devices
            ? [.. devices.OrderByDescending(device => device.Promisable)]
            : null;
}
