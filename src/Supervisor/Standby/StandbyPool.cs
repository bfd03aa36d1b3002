using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Standby;

/// <summary>
/// The pool of <see cref="SupervisorOptions.Standby"/> standby workers, which have loaded their libraries but no model, so that a pipeline starts
/// faster. One loop refills it, one worker at a time, and ends all of them while memory is short. Thread-safe.
/// </summary>
internal sealed partial class StandbyPool(
    StandbyWorkers workers, FirstWorker first, IMemoryPressure pressure, SupervisorOptions options, TimeProvider time, ILogger<StandbyPool> logger)
        : IDisposable
{
    /// <summary>How often the loop looks at its workers and at the host's memory.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long memory must be sufficient before workers are started again.</summary>
    public static readonly TimeSpan CalmTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<WorkerInstance> _ready = [];
    private readonly CancellationTokenSource _ends = new();
    private long? _lastShortage;
    private Task _running = Task.CompletedTask;

    /// <summary>How many workers are ready now.</summary>
    public int Count => Pids.Count;

    /// <summary>The process ids of those workers.</summary>
    public IReadOnlyList<int> Pids
    {
        get
        {
            lock (_gate)
            {
                return [.. _ready.Select(worker => worker.Process.Identity.Pid), .. first.Pid is { } pid ? [pid] : Array.Empty<int>()];
            }
        }
    }

    private int ReadyCount
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>Starts to fill the pool, if it has a size. Call it once.</summary>
    public void Start() => _running = options.Standby > 0 ? RunAsync() : Task.CompletedTask;

    /// <summary>Takes a connected, healthy worker that suits the pipeline. The caller has to stop and dispose it.</summary>
    /// <param name="visibleDevices">The <c>CUDA_VISIBLE_DEVICES</c> that the worker has to have; null for the supervisor's own.</param>
    /// <returns>Null when there is none, and a worker has to be spawned.</returns>
    public async Task<WorkerInstance?> TryTakeAsync(WorkerSpec spec, string? visibleDevices, CancellationToken cancellationToken)
    {
        if (await first.TryTakeAsync(spec, visibleDevices, cancellationToken) is { } made)
        {
            return made;
        }

        while (StandbyWorkers.Fit(spec, options.StandbyCuda, visibleDevices) && !cancellationToken.IsCancellationRequested && Pop() is { } worker)
        {
            if (await workers.IsHealthyAsync(worker, options.StandbyCuda, cancellationToken))
            {
                LogTaken(worker.Process.Identity.Pid, spec.Id);
                return worker;
            }

            LogUnhealthy(worker.Process.Identity.Pid);
            workers.BeginEnd(worker);
        }

        return null;
    }

    /// <summary>Ends the first worker, unless a pipeline has it, because the expected pipeline will not come.</summary>
    public Task DropFirstAsync() => first.DropAsync();

    /// <summary>Ends all standby workers, because their memory is needed. They are started again after <see cref="CalmTime"/> without such a need.</summary>
    public Task DropAsync()
    {
        lock (_gate)
        {
            _lastShortage = time.GetTimestamp();
        }

        return EndAllAsync();
    }

    /// <summary>Ends all standby workers for good, in bounded time.</summary>
    public async Task StopAsync()
    {
        await _ends.CancelAsync();
        await EndAllAsync();
        await _running;
    }

    /// <summary>To be called after <see cref="StopAsync"/>.</summary>
    public void Dispose() => _ends.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await RefillAsync();
        }
        catch (Exception exception)
        {
            // Without this loop nothing watches memory pressure, so no standby workers are kept.
            LogPoolFailed(exception);
            await EndAllAsync();
        }
    }

    private async Task RefillAsync()
    {
        await first.Made.WaitAsync(_ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Which may be waited for.
        var backOff = LookInterval;
        while (!_ends.IsCancellationRequested)
        {
            await EndDeadAsync();
            if (pressure.IsHigh())
            {
                LogShortage(Count);
                await DropAsync();
            }

            var wait = LookInterval;
            if (ReadyCount < options.Standby && IsCalm())
            {
                var added = await TryAddAsync();
                wait = added ? TimeSpan.Zero : backOff;
                backOff = added ? LookInterval : TimeSpan.FromSeconds(Math.Min(2 * backOff.TotalSeconds, LongestBackOff.TotalSeconds));
            }

            await Task.Delay(wait, time, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryAddAsync()
    {
        try
        {
            var worker = await workers.MakeAsync(options.StandbyCuda, _ends.Token);
            if (TryKeep(worker))
            {
                LogReady(worker.Process.Identity.Pid);
                return true;
            }

            await workers.EndAsync(worker);
        }
        catch (Exception exception)
        {
            LogFailed(exception.Message);
        }

        return false;
    }

    private bool TryKeep(WorkerInstance worker)
    {
        lock (_gate)
        {
            var isWanted = !_ends.IsCancellationRequested && IsCalm();
            if (isWanted)
            {
                _ready.Add(worker);
            }

            return isWanted;
        }
    }

    private bool IsCalm()
    {
        lock (_gate)
        {
            return _lastShortage is not { } last || time.GetElapsedTime(last) >= CalmTime;
        }
    }

    private WorkerInstance? Pop()
    {
        lock (_gate)
        {
            var worker = _ready.Find(worker => !worker.Process.Exited.IsCompleted);
            _ = worker is not null && _ready.Remove(worker);
            return worker;
        }
    }

    private Task EndDeadAsync()
    {
        List<WorkerInstance> dead;
        lock (_gate)
        {
            dead = _ready.FindAll(worker => worker.Process.Exited.IsCompleted);
            _ready.RemoveAll(dead.Contains);
        }

        dead.ForEach(worker => LogDied(worker.Process.Identity.Pid));
        return Task.WhenAll(dead.Select(workers.EndAsync));
    }

    private Task EndAllAsync()
    {
        List<WorkerInstance> all;
        lock (_gate)
        {
            all = [.. _ready];
            _ready.Clear();
        }

        return Task.WhenAll([first.DropAsync(), .. all.Select(workers.EndAsync)]);
    }
}
