using Grpc.Core;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>Finds out whether this host can run pipelines: asks NVML, and a worker without a model.</summary>
internal sealed class EnvironmentChecker(WorkerLauncher launcher, WorkerStopper stopper, FailureReporter failures, IGpuMonitor gpus)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    public async Task<EnvironmentReport> CheckAsync(CancellationToken cancellationToken)
    {
        var report = new EnvironmentReport();
        report.Checks.Add(await CheckGpusAsync(cancellationToken));
        try
        {
            var found = (await AskWorkerAsync(worker => worker.Client.CheckEnvironmentAsync(new CheckEnvironmentRequest(), worker.Call(cancellationToken)), cancellationToken)).Report;
            report.Checks.Add(new EnvironmentCheck { Name = "worker", Status = EnvironmentCheckStatus.Ok, Detail = "a worker starts and answers" });
            report.Checks.AddRange(found.Checks);
            report.Usable = found.Usable;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            report.Checks.Add(new EnvironmentCheck { Name = "worker", Status = EnvironmentCheckStatus.Failed, Detail = exception.Message });
        }

        return report;
    }

    /// <summary>How fast its device is, as a worker without a model measures it.</summary>
    public async Task<Ceilings> MeasureAsync(CancellationToken cancellationToken) =>
        (await AskWorkerAsync(worker => worker.Client.MeasureCeilingsAsync(new MeasureCeilingsRequest(), worker.Call(cancellationToken)), cancellationToken)).Ceilings;

    private async Task<EnvironmentCheck> CheckGpusAsync(CancellationToken cancellationToken)
    {
        var check = new EnvironmentCheck { Name = "nvml", Status = EnvironmentCheckStatus.Ok };
        try
        {
            var devices = await gpus.ListAsync(cancellationToken);
            check.Detail = devices.Count == 0 ? "no device" : string.Join(", ", devices.Select(device => $"{device.Name} (driver {device.DriverVersion})"));
        }
        catch (GpuUnavailableException exception)
        {
            check.Status = EnvironmentCheckStatus.Skipped;
            check.Detail = exception.Message;
        }

        return check;
    }

    private async Task<T> AskWorkerAsync<T>(Func<IWorkerConnection, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        var worker = await launcher.SpawnAsync(visibleDevices: null, cancellationToken);
        try
        {
            await launcher.ConnectAsync(worker, cancellationToken);
            return await ask(worker.Connection!);
        }
        catch (WorkerStartException)
        {
            throw await failures.ReportStartAsync(worker);
        }
        finally
        {
            await stopper.StopAsync(worker.Process, Grace, crashed: false);
            await worker.DisposeAsync();
        }
    }
}
