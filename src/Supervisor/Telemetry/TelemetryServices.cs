using System.Collections;
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

    /// <summary>The exporter's settings; it reads them from the configuration, which has nothing of the environment here.</summary>
    private const string SettingsPrefix = "OTEL_";

    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<RequestMetrics>()
        .AddSingleton<PipelineMetrics>();

    /// <summary>For the server that Prometheus asks.</summary>
    public static void AddTelemetryExport(this WebApplicationBuilder builder)
    {
        var settings = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(SettingsPrefix, StringComparison.Ordinal))
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value);
        builder.Configuration.AddInMemoryCollection(settings);
        var hasCollector = settings.GetValueOrDefault(CollectorVariable) is { Length: > 0 };
        builder.Services.AddOpenTelemetry()
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
