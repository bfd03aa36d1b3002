using System.Diagnostics;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Telemetry;

/// <summary>Measures one request. Not thread-safe.</summary>
internal sealed class RequestMeasurement(RequestMetrics metrics, Activity? activity, string operation, string model, TimeProvider time) : IDisposable
{
    private readonly long _began = time.GetTimestamp();
    private TimeSpan? _firstToken;
    private TimeSpan? _queued;
    private long _input;
    private long _output;
    private long _cached;
    private long _longest;
    private string? _error;

    /// <summary>The model as it is served.</summary>
    public string Model => model;

    /// <summary>From the beginning to the first token; null where there is none.</summary>
    public TimeSpan? FirstToken => _firstToken;

    /// <summary>How long the longest waiting of its prompts was in the worker's queue; null where none was admitted.</summary>
    public TimeSpan? Queued => _queued;

    public long InputTokens => _input;

    public long OutputTokens => _output;

    /// <summary>The code of the error that it failed with; null where it did not.</summary>
    public string? Error => _error;

    /// <summary>Notes what was asked.</summary>
    public void Describe(GenerationConfig config, bool streams)
    {
        activity?.SetTag(TelemetryNames.RequestStream, streams);
        if (config.HasTopP)
        {
            activity?.SetTag(TelemetryNames.RequestTopP, config.TopP);
        }

        if (config.HasTemperature || config.HasDoSample)
        {
            activity?.SetTag(TelemetryNames.RequestTemperature, config.DoSample ? config.Temperature : 0);
        }

        if (config.MaxNewTokens < int.MaxValue)
        {
            activity?.SetTag(TelemetryNames.RequestMaxTokens, config.MaxNewTokens);
        }
    }

    /// <summary>Notes an event of the answer.</summary>
    public void Add(GenerationEvent happened)
    {
        switch (happened.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                _cached += happened.Started.CachedTokens;
                var queued = happened.Started.QueueTime?.ToTimeSpan() ?? TimeSpan.Zero;
                _queued = queued > _queued ? queued : _queued ?? queued;
                break;
            case GenerationEvent.EventOneofCase.Delta:
                _firstToken ??= time.GetElapsedTime(_began);
                break;
            case GenerationEvent.EventOneofCase.Finished:
                AddTokens(happened.Finished.InputTokenLen, happened.Finished.GenerateTokenLen);
                break;
        }
    }

    public void AddTokens(int input, int output)
    {
        _input += input;
        _output += output;
        _longest = Math.Max(_longest, output);
    }

    /// <summary>Notes that it failed.</summary>
    /// <param name="code">Of the error.</param>
    public void Fail(string code)
    {
        _error = code;
        activity?.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        var elapsed = time.GetElapsedTime(_began);
        var tags = new TagList
        {
            { TelemetryNames.OperationName, operation },
            { TelemetryNames.ProviderName, TelemetryNames.Provider },
            { TelemetryNames.RequestModel, model },
        };
        if (_firstToken is { } first)
        {
            metrics.TimeToFirstToken.Record(first.TotalSeconds, tags);
            if (_longest > 1)
            {
                metrics.TimePerOutputToken.Record((elapsed - first).TotalSeconds / (_longest - 1), tags);
            }
        }

        Record(TelemetryNames.Input, _input, tags);
        Record(TelemetryNames.Output, _output, tags);
        activity?.SetTag(TelemetryNames.ResponseModel, model)
            .SetTag(TelemetryNames.UsageInputTokens, _input)
            .SetTag(TelemetryNames.UsageOutputTokens, _output)
            .SetTag(TelemetryNames.UsageCachedTokens, _cached);
        if (_error is not null)
        {
            tags.Add(TelemetryNames.ErrorType, _error);
            activity?.SetTag(TelemetryNames.ErrorType, _error);
        }

        metrics.Duration.Record(elapsed.TotalSeconds, tags);
        activity?.Dispose();
    }

    private void Record(string type, long tokens, TagList tags)
    {
        if (tokens > 0)
        {
            tags.Add(TelemetryNames.TokenType, type);
            metrics.TokenUsage.Record(tokens, tags);
        }
    }
}
