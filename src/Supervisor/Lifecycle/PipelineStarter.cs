using Grpc.Core;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Starts a worker: gets its memory, spawns it, loads the model and reports progress to the owner loop.</summary>
internal sealed class PipelineStarter(
    IAdmission admission,
    WorkerLauncher launcher,
    StandbyPool standby,
    MemoryLimiter limiter,
    IGpuMonitor gpus,
    FailureReporter failures,
    SupervisorOptions options,
    TimeProvider time)
{
    private readonly ShortageRetry _shortages = new(time);

    /// <summary>Has devices that failed a worker avoided.</summary>
    public void Avoid(string device) => admission.Avoid(device);

    /// <summary>Never fails: the last message is <see cref="PipelineMessage.Loaded"/> or <see cref="PipelineMessage.StartFailed"/>.</summary>
    /// <param name="kept">Memory that was promised to a worker before; null to get some. Owned.</param>
    public async Task StartAsync(PipelineSpec spec, Reservation? kept, Action<PipelineMessage> tell, CancellationToken stopping)
    {
        var reservation = kept;
        GpuReading? before;
        try
        {
            stopping.ThrowIfCancellationRequested();
            reservation ??= await _shortages.RunAsync(
                () => admission.AcquireAsync(spec, () => tell(new PipelineMessage.Progressed(new LoadProgress { Stage = LoadStage.Waiting })), stopping),
                stopping);
            before = spec.MayUseGpu ? await GpuReading.TakeAsync(gpus, stopping) : null;
        }
        catch (Exception exception)
        {
            if (reservation is not null)
            {
                await reservation.DisposeAsync();
            }

            await standby.DropFirstAsync();
            tell(new PipelineMessage.StartFailed(exception));
            return;
        }

        // The wait for memory has a deadline of its own.
        await LoadAsync(spec, reservation, before, tell, stopping);
    }

    private async Task LoadAsync(PipelineSpec spec, Reservation reservation, GpuReading? before, Action<PipelineMessage> tell, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(spec.LoadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        WorkerInstance? worker = null;
        try
        {
            worker = await StartWorkerAsync(spec, reservation, either.Token);
            tell(new PipelineMessage.Spawned(worker, reservation, before));
            await reservation.AssignAsync(worker.Process.Identity);
            limiter.Impose(worker, spec.MemoryLimit);
            if (worker.Connection is null)
            {
                await ConnectAsync(worker, either.Token);
            }

            tell(new PipelineMessage.Connected());
            var request = new LoadRequest { Model = spec.Model, Engine = spec.Engine, Limits = LimitsOf(spec, reservation) };
            var model = await worker.Connection!.LoadAsync(request, progress => tell(new PipelineMessage.Progressed(progress)), either.Token);
            await reservation.SettleAsync();
            tell(new PipelineMessage.Loaded(model, before is null ? null : await GpuReading.TakeAsync(gpus, either.Token)));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            tell(new PipelineMessage.StartFailed(new OperationCanceledException(stopping)));
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            tell(new PipelineMessage.StartFailed(new SupervisorException(
                ErrorCodes.LoadTimeout, $"{spec.Model} was not loaded within {spec.LoadTimeout.TotalSeconds:0.###} s (load_timeout_ms).", spec.Model)));
        }
        catch (Exception exception) when (worker?.Connection is not null)
        {
            // A call that its worker's death broke may also end as one that was cancelled, by nobody here.
            var typed = exception is RpcException call ? SupervisorException.From(call) : null;
            if (typed?.Error.Code == ErrorCodes.OutOfMemory)
            {
                await standby.DropAsync(); // So that another attempt has more room.
            }

            tell(new PipelineMessage.StartFailed(typed ?? await ExplainAsync(worker, spec, exception)));
        }
        catch (Exception exception)
        {
            tell(new PipelineMessage.StartFailed(exception));
        }
    }

    /// <summary>Takes a standby worker, or spawns one. The reservation belongs to the worker from then on.</summary>
    private async Task<WorkerInstance> StartWorkerAsync(PipelineSpec spec, Reservation reservation, CancellationToken cancellationToken)
    {
        try
        {
            var worker = await standby.TryTakeAsync(spec, reservation.VisibleDevices, cancellationToken) ?? await launcher.SpawnAsync(
                reservation.VisibleDevices, cancellationToken);
            worker.Reservation = reservation;
            return worker;
        }
        catch
        {
            await reservation.DisposeAsync();
            throw;
        }
    }

    private async Task ConnectAsync(WorkerInstance worker, CancellationToken cancellationToken)
    {
        try
        {
            await launcher.ConnectAsync(worker, cancellationToken);
        }
        catch (WorkerStartException)
        {
            throw await failures.ReportStartAsync(worker);
        }
    }

    /// <summary>Limits the cache to the promise and the worker to its memory limit.</summary>
    private static WorkerLimits LimitsOf(WorkerSpec spec, Reservation reservation)
    {
        var limits = new WorkerLimits();
        if (reservation.CacheBytes is { } cache)
        {
            limits.CacheBytes = cache;
        }

        if (spec.MemoryLimit is { } resident)
        {
            limits.ResidentBytes = resident;
        }

        return limits;
    }

    private async Task<SupervisorException> ExplainAsync(WorkerInstance worker, PipelineSpec spec, Exception exception) =>
        await worker.Process.Exited.CompletesWithinAsync(options.CauseTimeout, time)
            ? await failures.ReportAsync(worker, ErrorCodes.WorkerCrashed, WorkerActivity.Loading, _ => null)
            : new SupervisorException(ErrorCodes.InternalError, $"The worker failed to load {spec.Model}: {exception.Message}", spec.Model);
}
