using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LmDeploy.Supervisor.Telemetry;

/// <summary>
/// Registers metrics and traces, and what exports them. Prometheus reads the metrics at <c>/metrics</c>; both go to an OpenTelemetry collector where
/// OTEL_EXPORTER_OTLP_ENDPOINT names one.
/// </summary>
internal static class TelemetryServices
{
    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<RequestMetrics>()
        .AddSingleton<PipelineMetrics>();

    /// <summary>For the server that Prometheus asks.</summary>
    public static void AddTelemetryExport(this IServiceCollection services)
    {
        var hasCollector = Environment.GetEnvironmentVariable(CollectorVariable) is { Length: > 0 };
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(TelemetryNames.Provider))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(TelemetryNames.Source).AddPrometheusExporter();
                if (hasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            })
            .WithTracing(tracing =>
            {
                if (hasCollector)
                {
                    tracing.AddSource(TelemetryNames.Source).AddOtlpExporter();
                }
            });
    }
}
