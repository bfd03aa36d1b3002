using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class CompletionsEndpoint(
    ModelRouter models, GenerationCall call, RequestLimits limits, CacheSharing cache, RequestMetrics metrics, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http, BodyFields body, RequestDeadline deadline)
    {
        var request = CompletionRequest.Parse(body);
        limits.CheckPrompts((long)request.Prompts.Count * request.Choices, request.Prompts.Count > 1 ? "prompt" : "n");
        RequestLimits.CheckCopies(
            request.Choices, request.Prompts.Sum(prompt => (long)prompt.CalculateSize()) + ((long)request.Prompts.Count * request.Config.CalculateSize()));
        var model = models.Find(request.Model);
        using var measurement = metrics.Begin(TelemetryNames.TextCompletion, model.Name, AccessControl.KeyNameOf(http));
        RequestLog.Describe(http, measurement);
        measurement.Describe(request.Config, request.Stream.IsOn);
        var generate = new GenerateRequest { Key = model.Key, Caller = AccessControl.CallerOf(http), CacheSalt = cache.SaltOf(http, body) };
        foreach (var prompt in request.Prompts)
        {
            for (var choice = 0; choice < request.Choices; choice++)
            {
                generate.Prompts.Add(prompt.Clone());
                generate.Configs.Add(SamplingFields.ForChoice(request.Config, choice));
            }
        }

        var choices = generate.Prompts.Select((_, index) => new CompletionChoice(index, request.IsEchoAlone)).ToList();
        var logprobs = request.Logprobs is { } top ? new CompletionLogprobs(top, request.Echoes) : null;
        var json = new CompletionJson(request.Model, time.GetUtcNow().ToUnixTimeSeconds(), request.Stream.IncludesUsage, logprobs);
        using var events = request.Stream.IsOn ? new EventStream(http) : null;
        var stream = events is null ? null : new CompletionStream(events, json);
        var usage = new TokenUsage(request.Choices);
        if (!await call.RunAsync(http, generate, measurement, happened => TakeAsync(choices[happened.Index], happened, usage, stream), events, deadline))
        {
            return;
        }

        if (events is not null)
        {
            if (request.Stream.IncludesUsage)
            {
                events.Write(writer => json.WriteUsage(writer, usage));
            }

            await events.EndAsync();
            return;
        }

        await JsonReply.WriteAsync(http, writer => json.WriteAnswer(writer, choices, usage));
    }

    private static async ValueTask TakeAsync(CompletionChoice choice, GenerationEvent happened, TokenUsage usage, CompletionStream? stream)
    {
        var text = "";
        switch (happened.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                usage.Add(happened.Index, happened.Started);
                choice.Begin(happened.Started);
                break;
            case GenerationEvent.EventOneofCase.Delta:
                text = choice.Take(happened.Delta);
                break;
            case GenerationEvent.EventOneofCase.Finished:
                usage.Add(happened.Index, happened.Finished, choice.IsEchoAlone);
                choice.Finish(happened.Finished);
                break;
        }

        if (stream is not null)
        {
            await stream.WriteAsync(choice, text);
        }
    }
}
