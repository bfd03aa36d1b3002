using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Standby;

/// <summary>
/// The first worker, which starts in parallel with the supervisor, because a pipeline is about to be opened. The first pipeline that it suits takes
/// it. It is ended when none comes in time or memory is short, and never replaced. With several GPUs there is no first worker for GPUs: admission
/// chooses one of them, and a worker sees that one only. Thread-safe.
/// </summary>
internal sealed partial class FirstWorker(
    StandbyWorkers workers, IMemoryPressure pressure, GpuNodes gpus, SupervisorOptions options, TimeProvider time, ILogger<FirstWorker> logger)
        : IAsyncDisposable
{
    /// <summary>How long a ready worker waits for a pipeline.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ends = new();
    private Task<WorkerInstance?>? _unclaimed;
    private Task _watching = Task.CompletedTask;

    /// <summary>Completes when it is ready, or will not be.</summary>
    public Task Made { get; private set; } = Task.CompletedTask;

    /// <summary>Its process id while it waits for a pipeline; null otherwise.</summary>
    public int? Pid => Volatile.Read(ref _unclaimed) is { IsCompletedSuccessfully: true, Result: { } worker } ? worker.Process.Identity.Pid : null;

    private bool HasCuda => options.FirstWorker is FirstWorkerDevice.Gpu;

    private bool IsWanted => options.FirstWorker is not FirstWorkerDevice.None && !(HasCuda && gpus.AreSeveral);

    /// <summary>Starts it, if one is configured. Call it once.</summary>
    public void Start()
    {
        if (IsWanted)
        {
            var making = Task.Run(MakeAsync);
            (Made, _unclaimed) = (making, making);
            _watching = WatchAsync(making);
        }
    }

    /// <summary>Takes the worker, waiting for its start. The caller has to stop and dispose it.</summary>
    /// <param name="visibleDevices">The <c>CUDA_VISIBLE_DEVICES</c> that it has to have; null for the supervisor's own.</param>
    /// <returns>Null when there is none that suits the pipeline.</returns>
    public async Task<WorkerInstance?> TryTakeAsync(WorkerSpec spec, string? visibleDevices, CancellationToken cancellationToken)
    {
        if (!StandbyWorkers.Fit(spec, HasCuda, visibleDevices) || Claim() is not { } making)
        {
            return null;
        }

        try
        {
            if (await making.WaitAsync(cancellationToken) is { } worker && await workers.IsHealthyAsync(worker, HasCuda, cancellationToken))
            {
                LogTaken(worker.Process.Identity.Pid, spec.Id);
                return worker;
            }
        }
        catch (OperationCanceledException)
        {
            // The pipeline was cancelled, and its worker with it.
        }

        await EndAsync(making);
        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    /// <summary>Ends it unless a pipeline has it, in bounded time.</summary>
    public Task DropAsync() => Claim() is { } making ? EndAsync(making) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        await _ends.CancelAsync();
        await _watching;
    }

    private Task<WorkerInstance?>? Claim() => Interlocked.Exchange(ref _unclaimed, null);

    private async Task<WorkerInstance?> MakeAsync()
    {
        try
        {
            if (pressure.IsHigh())
            {
                return null;
            }

            var worker = await workers.MakeAsync(HasCuda, _ends.Token);
            LogReady(worker.Process.Identity.Pid);
            return worker;
        }
        catch (Exception exception)
        {
            LogFailed(exception.Message);
            return null;
        }
    }

    private async Task WatchAsync(Task<WorkerInstance?> making)
    {
        try
        {
            await EndUnusedAsync(making);
        }
        catch (Exception exception)
        {
            LogWatchFailed(exception);
            await DropAsync();
        }
    }

    /// <summary>Waits for a pipeline to claim it, and ends it when none comes in time or memory gets short.</summary>
    private async Task EndUnusedAsync(Task<WorkerInstance?> making)
    {
        await making;
        var ready = time.GetTimestamp();
        while (Pid is not null && time.GetElapsedTime(ready) < Lifetime && !pressure.IsHigh())
        {
            await Task.Delay(LookInterval, time, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Pid is { } pid)
        {
            LogUnused(pid);
            await DropAsync();
        }
    }

    private async Task EndAsync(Task<WorkerInstance?> making)
    {
        await _ends.CancelAsync();
        if (await making is { } worker)
        {
            await workers.EndAsync(worker);
        }
    }
}
