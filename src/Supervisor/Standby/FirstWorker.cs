using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Standby;

/// <summary>
/// The worker that starts together with the supervisor, because the supervisor was started for a pipeline: that one need not wait for them one after the
/// other. The first pipeline that it is right for has it; when none comes, or memory is short, it is ended. Never made again. Where there are several GPUs none
/// is made
/// for them: a pipeline is put on one of them, and its worker has to be started with that one alone in sight. Thread-safe.
/// </summary>
internal sealed partial class FirstWorker(
    StandbyWorkers workers, IMemoryPressure pressure, GpuNodes gpus, SupervisorOptions options, TimeProvider time, ILogger<FirstWorker> logger) : IAsyncDisposable
{
    /// <summary>How long it waits for a pipeline once it is ready.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ends = new();
    private Task<WorkerInstance?>? _unclaimed;
    private Task _watching = Task.CompletedTask;

    /// <summary>Completes when it is ready, or will not be.</summary>
    public Task Made { get; private set; } = Task.CompletedTask;

    /// <summary>Its process id while it waits for a pipeline; null when there is none that does.</summary>
    public int? Pid => Volatile.Read(ref _unclaimed) is { IsCompletedSuccessfully: true, Result: { } worker } ? worker.Process.Identity.Pid : null;

    private bool HasCuda => options.FirstWorker is FirstWorkerDevice.Gpu;

    private bool IsWanted => options.FirstWorker is not FirstWorkerDevice.None && !(HasCuda && gpus.AreSeveral);

    /// <summary>Begins to make it, when there is to be one. To be called once.</summary>
    public void Start()
    {
        if (IsWanted)
        {
            var making = Task.Run(MakeAsync);
            (Made, _unclaimed) = (making, making);
            _watching = WatchAsync(making);
        }
    }

    /// <summary>The worker, which is waited for while it starts; who gets it has to stop and dispose it.</summary>
    /// <param name="visibleDevices">The <c>CUDA_VISIBLE_DEVICES</c> that it has to have; null for the supervisor's own.</param>
    /// <returns>Null when there is none that is right for the pipeline.</returns>
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
            // The pipeline was given up; so is its worker.
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
