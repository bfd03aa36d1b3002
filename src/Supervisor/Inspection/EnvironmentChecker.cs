using LmDeploy.Supervisor.Gpu;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Inspection;

/// <summary>Finds out whether this host can run pipelines: asks NVML, and a worker without a model.</summary>
internal sealed class EnvironmentChecker(BareWorker workers, IGpuMonitor gpus)
{
    public async Task<EnvironmentReport> CheckAsync(CancellationToken cancellationToken)
    {
        var report = new EnvironmentReport {  };
        report.Checks.Add(await CheckGpusAsync(cancellationToken));
        try
        {
            var found = (await workers.AskAsync(
                worker => worker.Client.CheckEnvironmentAsync(new CheckEnvironmentRequest(), worker.Call(cancellationToken)), cancellationToken)).Report;
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

    /// <summary>Measures the device's hardware limits in a worker without a model.</summary>
    public async Task<Ceilings> MeasureAsync(CancellationToken cancellationToken) =>
        (await workers.AskAsync(
            worker => worker.Client.MeasureCeilingsAsync(new MeasureCeilingsRequest(), worker.Call(cancellationToken)),
            cancellationToken)).Ceilings;

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
}
