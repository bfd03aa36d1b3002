using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Lifecycle;

namespace LmDeploy.Supervisor.Workers.Standby;

/// <summary>
/// Keeps <see cref="SupervisorOptions.Standby"/> workers that have loaded their libraries and no model, so that a pipeline does not
/// wait for that. One loop refills it, one worker at a time, and lets go of them all while memory is short. Thread-safe.
/// </summary>
internal sealed partial class StandbyPool(
    WorkerLauncher launcher, WorkerStopper stopper, IMemoryPressure pressure, SupervisorOptions options, TimeProvider time, ILogger<StandbyPool> logger) : IDisposable
{
    /// <summary>How often the loop looks at its workers and at the host's memory.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long memory must not have been short before workers are started again.</summary>
    public static readonly TimeSpan CalmTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<WorkerInstance> _ready = [];
    private readonly CancellationTokenSource _ends = new();
    private long? _lastShortage;
    private Task _running = Task.CompletedTask;

    /// <summary>How many workers are ready now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>The process ids of those workers.</summary>
    public IReadOnlyList<int> Pids
    {
        get
        {
            lock (_gate)
            {
                return [.. _ready.Select(worker => worker.Process.Identity.Pid)];
            }
        }
    }

    /// <summary>Begins to fill the pool, when it is to have anything. To be called once.</summary>
    public void Start() => _running = options.Standby > 0 ? RunAsync() : Task.CompletedTask;

    /// <summary>A worker that is connected, healthy and right for the pipeline; who gets it has to stop and dispose it.</summary>
    /// <param name="visibleDevices">The <c>CUDA_VISIBLE_DEVICES</c> that the worker has to have; null for the supervisor's own.</param>
    /// <returns>Null when there is none: a worker has to be started.</returns>
    public async Task<WorkerInstance?> TryTakeAsync(PipelineSpec spec, string? visibleDevices, CancellationToken cancellationToken)
    {
        while (Fits(spec, visibleDevices) && !cancellationToken.IsCancellationRequested && Pop() is { } worker)
        {
            if (await IsHealthyAsync(worker, cancellationToken))
            {
                LogTaken(worker.Process.Identity.Pid, spec.Id);
                return worker;
            }

            LogUnhealthy(worker.Process.Identity.Pid);
            _ = EndAsync(worker);
        }

        return null;
    }

    /// <summary>Ends all of them, because somebody else needs the memory; they come back once that has not happened for <see cref="CalmTime"/>.</summary>
    public Task DropAsync()
    {
        lock (_gate)
        {
            _lastShortage = time.GetTimestamp();
        }

        return EndAllAsync();
    }

    /// <summary>Ends all of them for good, in bounded time.</summary>
    public async Task StopAsync()
    {
        await _ends.CancelAsync();
        await EndAllAsync();
        await _running;
    }

    /// <summary>To be called after <see cref="StopAsync"/>.</summary>
    public void Dispose() => _ends.Dispose();

    /// <summary>A limit counts from a worker's first byte, and a context on a device is of no use to a pipeline on the CPU.</summary>
    private bool Fits(PipelineSpec spec, string? visibleDevices) => spec.MemoryLimit is null
        && (spec.MayUseGpu || !options.StandbyCuda)
        && (visibleDevices is null || visibleDevices == Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));

    private async Task RunAsync()
    {
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
            if (Count < options.Standby && IsCalm())
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
        WorkerInstance? worker = null;
        try
        {
            worker = await launcher.SpawnAsync();
            await launcher.ConnectAsync(worker, _ends.Token);
            using var deadline = new CancellationTokenSource(options.StartTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _ends.Token);
            await worker.Connection!.PrepareAsync(options.StandbyCuda, either.Token);
            if (TryKeep(worker))
            {
                LogReady(worker.Process.Identity.Pid);
                return true;
            }
        }
        catch (Exception exception)
        {
            LogFailed(exception.Message);
        }

        if (worker is not null)
        {
            await EndAsync(worker);
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

    /// <summary>A process may be there and not answer: somebody froze it, or it hangs.</summary>
    private async Task<bool> IsHealthyAsync(WorkerInstance worker, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HealthTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await worker.Connection!.PrepareAsync(options.StandbyCuda, either.Token);
            return true;
        }
        catch (Exception)
        {
            return false;
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
        return Task.WhenAll(dead.Select(EndAsync));
    }

    private Task EndAllAsync()
    {
        List<WorkerInstance> all;
        lock (_gate)
        {
            all = [.. _ready];
            _ready.Clear();
        }

        return Task.WhenAll(all.Select(EndAsync));
    }

    private async Task EndAsync(WorkerInstance worker)
    {
        var end = await stopper.StopAsync(worker.Process, Grace, crashed: worker.Process.Exited.IsCompleted);
        if (end.ExitCode is null)
        {
            // It will not die. What belongs to it goes when it does.
            worker.Connection?.Dispose();
            _ = worker.Process.Exited.ContinueWith(_ => worker.DisposeAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        await worker.DisposeAsync();
    }
}
