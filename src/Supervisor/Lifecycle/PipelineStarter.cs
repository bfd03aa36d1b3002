using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.Supervisor.Workers.Standby;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Starts a worker and loads a model into it, and tells the owner loop how that goes.</summary>
internal sealed class PipelineStarter(
    WorkerLauncher launcher, StandbyPool standby, MemoryLimiter limiter, IGpuMonitor gpus, FailureReporter failures, SupervisorOptions options, TimeProvider time)
{
    /// <summary>Never fails: the last message is <see cref="PipelineMessage.Loaded"/> or <see cref="PipelineMessage.StartFailed"/>.</summary>
    public async Task StartAsync(PipelineSpec spec, Action<PipelineMessage> tell, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(spec.LoadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        WorkerInstance? worker = null;
        try
        {
            either.Token.ThrowIfCancellationRequested();
            var before = spec.MayUseGpu ? await GpuReading.TakeAsync(gpus, either.Token) : null;
            worker = await standby.TryTakeAsync(spec, visibleDevices: null, either.Token) ?? await launcher.SpawnAsync();
            tell(new PipelineMessage.Spawned(worker, before));
            limiter.Impose(worker, spec.MemoryLimit);
            if (worker.Connection is null)
            {
                await launcher.ConnectAsync(worker, either.Token);
            }

            tell(new PipelineMessage.Connected());
            var request = new LoadRequest { Model = spec.Model, Engine = spec.Engine };
            var model = await worker.Connection!.LoadAsync(request, progress => tell(new PipelineMessage.Progressed(progress)), either.Token);
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

    private async Task<SupervisorException> ExplainAsync(WorkerInstance worker, PipelineSpec spec, Exception exception) =>
        await worker.Process.Exited.CompletesWithinAsync(options.CauseTimeout, time)
            ? await failures.ReportAsync(worker, ErrorCodes.WorkerCrashed, During.Loading, _ => null)
            : new SupervisorException(ErrorCodes.InternalError, $"The worker failed to load {spec.Model}: {exception.Message}", spec.Model);
}
