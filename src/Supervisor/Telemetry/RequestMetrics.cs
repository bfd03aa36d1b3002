using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LmDeploy.Supervisor.Telemetry;

/// <summary>Measures requests to models: how long they take, and how many tokens they have. Prompts and answers are never recorded. Thread-safe.</summary>
internal sealed class RequestMetrics : IDisposable
{
    // Those of the conventions: doubling from 0.01 s to 81.92 s.
    private static readonly InstrumentAdvice<double> _durations = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 14).Select(power => 0.01 * (1 << power))],
    };
    private static readonly InstrumentAdvice<double> _stepTimes = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 14).Select(power => 0.001 * (1 << power))],
    };
    private static readonly InstrumentAdvice<long> _tokenCounts = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 14).Select(power => 1L << (2 * power))],
    };

    private readonly ActivitySource _source = new(TelemetryNames.Source);
    private readonly TimeProvider _time;

    public RequestMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(TelemetryNames.Source);
        Duration = meter.CreateHistogram(TelemetryNames.RequestDuration, "s", "From a request's arrival to the end of its answer.", advice: _durations);
        TimeToFirstToken = meter.CreateHistogram(TelemetryNames.TimeToFirstToken, "s", "From a request's arrival to its first token.", advice: _durations);
        TimePerOutputToken = meter.CreateHistogram(
            TelemetryNames.TimePerOutputToken, "s", "Between the tokens of an answer after the first, on average.", advice: _stepTimes);
        TokenUsage = meter.CreateHistogram(TelemetryNames.TokenUsage, "{token}", "Tokens of a request's prompts and of its answers.", advice: _tokenCounts);
    }

    public Histogram<double> Duration { get; }

    public Histogram<double> TimeToFirstToken { get; }

    public Histogram<double> TimePerOutputToken { get; }

    public Histogram<long> TokenUsage { get; }

    /// <summary>Begins to measure a request. Disposed when it is over.</summary>
    /// <param name="operation">What is asked, by the conventions' name.</param>
    /// <param name="model">As the model is served.</param>
    /// <param name="keyName">Of the key it came with; null when none was asked for.</param>
    public RequestMeasurement Begin(string operation, string model, string? keyName)
    {
        var activity = _source.StartActivity($"{operation} {model}", ActivityKind.Server);
        activity?.SetTag(TelemetryNames.OperationName, operation)
            .SetTag(TelemetryNames.ProviderName, TelemetryNames.Provider)
            .SetTag(TelemetryNames.RequestModel, model);
        activity?.SetTag(TelemetryNames.KeyName, keyName);
        return new RequestMeasurement(this, activity, operation, model, _time);
    }

    public void Dispose() => _source.Dispose();
}
