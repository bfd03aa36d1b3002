using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatEndpoint(ModelRouter models, GenerationCall call, RequestLimits limits, CacheSharing cache, RequestMetrics metrics, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http, BodyFields body, RequestDeadline deadline)
    {
        var request = ChatRequest.Parse(body);
        limits.CheckPrompts(request.Choices, "n");
        RequestLimits.CheckCopies(request.Choices, request.Prompt.CalculateSize() + (long)request.Config.CalculateSize());
        var model = models.Find(request.Model);
        using var measurement = metrics.Begin(TelemetryNames.Chat, model.Name, AccessControl.KeyNameOf(http));
        RequestLog.Describe(http, measurement);
        measurement.Describe(request.Config, request.Stream.IsOn);
        var generate = new GenerateRequest { Key = model.Key, Caller = AccessControl.CallerOf(http), CacheSalt = cache.SaltOf(http, body) };
        for (var choice = 0; choice < request.Choices; choice++)
        {
            generate.Prompts.Add(request.Prompt.Clone());
            generate.Configs.Add(SamplingFields.ForChoice(request.Config, choice));
        }

        var choices = generate.Prompts.Select((_, index) => new ChatChoice(index)).ToList();
        var json = new ChatJson(
            request.Model, time.GetUtcNow().ToUnixTimeSeconds(), request.Stream.IncludesUsage, request.TopLogprobs is { } top ? new LogprobsJson(top) : null);
        using var events = request.Stream.IsOn ? new EventStream(http) : null;
        var stream = events is null ? null : new ChatStream(events, json);
        var usage = new TokenUsage(request.Choices);
        if (!await call.RunAsync(http, generate, measurement, happened => TakeAsync(choices[happened.Index], happened, usage, stream), events, deadline))
        {
            return;
        }

        usage.Reasoning = choices.Sum(choice => choice.ReasoningTokens);
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

    private static async ValueTask TakeAsync(ChatChoice choice, GenerationEvent happened, TokenUsage usage, ChatStream? stream)
    {
        switch (happened.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                usage.Add(happened.Index, happened.Started);
                choice.Warnings = happened.Started.Warnings;
                break;
            case GenerationEvent.EventOneofCase.Delta:
                choice.Take(happened.Delta);
                if (stream is not null)
                {
                    await stream.WriteAsync(choice, happened.Delta.Pieces);
                }

                break;
            case GenerationEvent.EventOneofCase.Finished:
                usage.Add(happened.Index, happened.Finished);
                choice.Finish(happened.Finished);
                if (stream is not null)
                {
                    await stream.WriteAsync(choice, []);
                }

                break;
        }
    }
}
