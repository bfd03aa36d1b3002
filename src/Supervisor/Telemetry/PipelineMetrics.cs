using System.Diagnostics.Metrics;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Telemetry;

/// <summary>Shows what runs to whoever reads metrics: pipelines by state, their memory and requests, what was given back, and the devices.</summary>
internal sealed partial class PipelineMetrics
{
    private readonly PipelineRegistry _registry;
    private readonly IGpuMonitor _gpus;
    private readonly ILogger<PipelineMetrics> _logger;

    // Asking NVML may take its time, so readers see what was known at the reading before.
    private volatile IReadOnlyList<V1.GpuInfo> _devices = [];

    public PipelineMetrics(IMeterFactory meters, PipelineRegistry registry, ReceiptHistory receipts, IGpuMonitor gpus, ILogger<PipelineMetrics> logger)
    {
        (_registry, _gpus, _logger) = (registry, gpus, logger);
        var meter = meters.Create(TelemetryNames.Source);
        meter.CreateObservableGauge(TelemetryNames.Pipelines, CountByState, "{pipeline}", "Pipelines by state.");
        meter.CreateObservableCounter(TelemetryNames.Restarts, () => Of(pipeline => pipeline.Restarts), "{restart}", "Workers that were replaced.");
        meter.CreateObservableGauge(
            TelemetryNames.RunningRequests, () => Of(pipeline => pipeline.RunningRequests), "{request}", "Requests that run or wait in a pipeline.");
        meter.CreateObservableGauge(TelemetryNames.HeldMemory, ReadMemory, "By", "Resident memory of a pipeline's worker.");
        meter.CreateObservableCounter(TelemetryNames.ReclaimedMemory, () => receipts.ReclaimedBytes, "By", "Memory that pipelines have given back.");
        meter.CreateObservableGauge(
            TelemetryNames.GpuMemory, () => OfDevices(device => device.UsedBytes, refresh: true), "By", "Memory of a device that is used.");
        meter.CreateObservableGauge(TelemetryNames.GpuMemoryTotal, () => OfDevices(device => device.TotalBytes, refresh: false), "By", "Memory of a device.");
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private IEnumerable<Measurement<int>> CountByState() => _registry.All
        .GroupBy(pipeline => pipeline.State)
        .Select(group => new Measurement<int>(group.Count(), Tag(TelemetryNames.PipelineState, EnumWords.Of(group.Key))));

    private IEnumerable<Measurement<int>> Of(Func<Pipeline, int> read) =>
        _registry.All
            .GroupBy(pipeline => pipeline.Spec.Name)
            .Select(group => new Measurement<int>(group.Sum(read), Tag(TelemetryNames.PipelineName, group.Key)));

    private IEnumerable<Measurement<long>> ReadMemory() => _registry.All
        .GroupBy(pipeline => pipeline.Spec.Name)
        .Select(group => new Measurement<long>(
            group.Sum(pipeline => pipeline.Worker?.Process.ReadMemory().Resident ?? 0),
            Tag(TelemetryNames.PipelineName, group.Key),
            Tag(TelemetryNames.MemoryKind, EnumWords.Of(V1.MemoryKind.Rss))));

    private IEnumerable<Measurement<long>> OfDevices(Func<V1.GpuInfo, long> read, bool refresh)
    {
        if (refresh)
        {
            RefreshAsync().Detach(OnRefreshFailed);
        }

        return _devices.Select(device => new Measurement<long>(read(device), Tag(TelemetryNames.Gpu, device.Uuid)));
    }

    private async Task RefreshAsync()
    {
        try
        {
            _devices = await _gpus.ListAsync(CancellationToken.None);
        }
        catch (GpuUnavailableException)
        {
            _devices = [];
        }
    }

    /// <summary>Figures of devices that cannot be read are not shown, rather than old ones.</summary>
    private void OnRefreshFailed(Exception exception)
    {
        _devices = [];
        LogNotListed(exception);
    }

    [LoggerMessage(EventIds.DevicesNotListed, LogLevel.Error, "The devices could not be listed for the metrics", EventName = nameof(EventIds.DevicesNotListed))]
    private partial void LogNotListed(Exception exception);
}
