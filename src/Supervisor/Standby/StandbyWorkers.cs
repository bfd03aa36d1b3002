using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Standby;

/// <summary>Starts and ends standby workers, which have loaded their libraries but no model. Thread-safe.</summary>
internal sealed partial class StandbyWorkers(
    WorkerLauncher launcher, WorkerStopper stopper, FailureReporter failures, SupervisorOptions options, TimeProvider time, ILogger<StandbyWorkers> logger)
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Whether a standby worker suits a pipeline. Pipelines with a memory limit need a worker that was started under it, and CPU pipelines have no
    /// use for a CUDA context.
    /// </summary>
    /// <param name="cuda">Whether the worker has a CUDA context.</param>
    /// <param name="visibleDevices">The <c>CUDA_VISIBLE_DEVICES</c> that the worker has to have; null for the supervisor's own.</param>
    public static bool Fit(WorkerSpec spec, bool cuda, string? visibleDevices) => spec.MemoryLimit is null
        && (spec.MayUseGpu || !cuda)
        && (visibleDevices is null || visibleDevices == Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));

    /// <summary>Starts a worker and waits until it can load a model.</summary>
    public async Task<WorkerInstance> MakeAsync(bool cuda, CancellationToken cancellationToken)
    {
        var worker = await launcher.SpawnAsync(visibleDevices: null, cancellationToken);
        try
        {
            await launcher.ConnectAsync(worker, cancellationToken);
            using var deadline = new CancellationTokenSource(options.StartTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            await worker.Connection!.PrepareAsync(cuda, either.Token);
            return worker;
        }
        catch (WorkerStartException)
        {
            var failure = await failures.ReportStartAsync(worker);
            await EndAsync(worker);
            throw failure;
        }
        catch
        {
            await EndAsync(worker);
            throw;
        }
    }

    /// <summary>Checks that a worker answers: it may be frozen, or hang.</summary>
    public async Task<bool> IsHealthyAsync(WorkerInstance worker, bool cuda, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HealthTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await worker.Connection!.PrepareAsync(cuda, either.Token);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Ends a worker without a wait for it.</summary>
    public void BeginEnd(WorkerInstance worker) => EndAsync(worker).Detach(exception => LogNotEnded(worker.Process.Identity.Pid, exception));

    public async Task EndAsync(WorkerInstance worker)
    {
        var end = await stopper.StopAsync(worker.Process, Grace, crashed: worker.Process.Exited.IsCompleted);
        if (end.ExitCode is null)
        {
            // The worker survived SIGKILL. Its resources are released when it ends.
            worker.Connection?.Dispose();
            DisposeAfterExitAsync(worker).Detach(exception => LogNotEnded(worker.Process.Identity.Pid, exception));
            return;
        }

        await worker.DisposeAsync();
    }

    private static async Task DisposeAfterExitAsync(WorkerInstance worker)
    {
        await worker.Process.Exited;
        await worker.DisposeAsync();
    }

    [LoggerMessage(
        EventIds.StandbyNotEnded, LogLevel.Error, "Worker {Pid}, which stood by, could not be cleared away", EventName = nameof(EventIds.StandbyNotEnded))]
    private partial void LogNotEnded(int pid, Exception exception);
}
