using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Http.Management;

/// <summary>
/// <c>GET /v1/pipelines/NAME/logs</c>: the last lines a pipeline's worker printed; with <c>?follow=true</c> also those that come, as events. A served model
/// that is not loaded has none.
/// </summary>
internal sealed class LogsEndpoint(PipelineRegistry registry, ServedModels served, DrainEnd end)
{
    private const int DefaultLines = 200;

    /// <param name="name">The pipeline's id or name.</param>
    public async Task HandleAsync(HttpContext http, string name)
    {
        var lines = LinesOf(http);

        // While a model reloads, the registry may know two pipelines by its name, or none.
        var pipeline = served.TryFindPipeline(name, out var resident) ? resident : registry.Find(name, _ => true);
        var log = pipeline?.Worker?.Process.Log;
        if (http.Request.Query["follow"].ToString() is "true" or "1")
        {
            using var events = new EventStream(http);
            await events.FlushAsync(); // It may be long until there is a line.
            if (events.IsHeadOnly)
            {
                return;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, end.Token);
            try
            {
                await foreach (var line in log?.ReadAsync(lines, follow: true, either.Token) ?? AsyncEnumerable.Empty<V1.LogLine>())
                {
                    events.Write(json => ProtoJson.Write(json, line));
                    await events.FlushAsync();
                }
            }
            catch (OperationCanceledException) when (end.Token.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
            {
                await events.FailAsync(ApiException.Ending());
                return;
            }

            await events.EndAsync();
            return;
        }

        var kept = await (log?.ReadAsync(lines, follow: false, http.RequestAborted) ?? AsyncEnumerable.Empty<V1.LogLine>()).ToListAsync(http.RequestAborted);
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("lines");
            foreach (var line in kept)
            {
                ProtoJson.Write(json, line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static int LinesOf(HttpContext http)
    {
        var text = http.Request.Query["lines"].ToString();
        return text.Length == 0
            ? DefaultLines
            : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var lines) && lines >= 0
                ? lines
                : throw ApiException.Invalid($"lines has to be a whole number from 0, got {text}.", "lines");
    }
}
