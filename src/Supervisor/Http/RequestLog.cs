using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Telemetry;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Logs a line for each request that asks a model or changes something, and for each other one that failed. Never has prompts or answers. Thread-safe.
/// </summary>
internal sealed partial class RequestLog(TimeProvider time, ILogger<RequestLog> logger)
{
    private const string None = "-";

    private static readonly object _measurement = new();

    /// <summary>Names the measurement that has the figures of a request.</summary>
    public static void Describe(HttpContext http, RequestMeasurement measurement) => http.Items[_measurement] = measurement;

    public async Task LogAsync(HttpContext http, RequestDelegate next)
    {
        var began = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            Write(http, time.GetElapsedTime(began));
        }
    }

    private void Write(HttpContext http, TimeSpan duration)
    {
        var status = http.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : http.Response.StatusCode;
        var isLook = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method);
        if (isLook && (status is < 400 or StatusCodes.Status499ClientClosedRequest || http.Request.Path.StartsWithSegments("/health")))
        {
            return;
        }

        var level = status >= 500 ? LogLevel.Warning : LogLevel.Information;
        var (method, path, milliseconds) = (http.Request.Method, PathOf(http), Milliseconds(duration));
        var error = RequestFailure.Of(http) ?? None;
        if (http.Items[_measurement] is not RequestMeasurement figures)
        {
            LogRequest(level, method, path, status, milliseconds, error);
            return;
        }

        var (queued, firstToken) = (OrNone(figures.Queued), OrNone(figures.FirstToken));
        var (model, input, output, code) = (figures.Model, figures.InputTokens, figures.OutputTokens, figures.Error ?? error);
        LogModelRequest(level, method, path, status, model, input, output, queued, firstToken, milliseconds, code);
    }

    private static object OrNone(TimeSpan? time) => time is { } known ? Milliseconds(known) : None;

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    /// <summary>The path comes from the caller and may have line breaks in it.</summary>
    private static string PathOf(HttpContext http) =>
        string.Concat((http.Request.Path.Value ?? "").Select(character => char.IsControl(character) ? '\ufffd' : character));

    [LoggerMessage(
        EventId = EventIds.ModelRequestDone,
        Message = "{Method} {Path} {Status} model={Model} prompt_tokens={PromptTokens} completion_tokens={CompletionTokens} "
            + "queue_ms={QueueMs} first_token_ms={FirstTokenMs} duration_ms={DurationMs} error={Error}",
        EventName = nameof(EventIds.ModelRequestDone))]
    private partial void LogModelRequest(
        LogLevel level, string method, string path, int status, string model, long promptTokens, long completionTokens, object queueMs, object firstTokenMs,
        double durationMs, string error);

    [LoggerMessage(
        EventId = EventIds.RequestDone,
        Message = "{Method} {Path} {Status} duration_ms={DurationMs} error={Error}",
        EventName = nameof(EventIds.RequestDone))]
    private partial void LogRequest(LogLevel level, string method, string path, int status, double durationMs, string error);
}
