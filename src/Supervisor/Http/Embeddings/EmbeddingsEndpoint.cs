using System.Runtime.InteropServices;
using System.Text.Json;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Embeddings;

/// <summary><c>POST /v1/embeddings</c>; besides OpenAI's fields <c>pooling</c> (last or mean) and <c>normalize</c>.</summary>
internal sealed class EmbeddingsEndpoint(ModelRouter models, RequestProxy proxy, RequestLimits limits, CacheSharing cache, RequestMetrics metrics)
{
    public async Task HandleAsync(HttpContext http, BodyFields fields, RequestDeadline deadline)
    {
        var name = fields.RequiredText("model");
        var prompts = BodyPrompts.Read(fields, "input");
        var isBase64 = fields.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            var other => throw ApiException.Invalid($"encoding_format has to be float or base64, got \"{other}\".", "encoding_format"),
        };
        limits.CheckPrompts(prompts.Count, "input");
        var model = models.Find(name);
        using var measurement = metrics.Begin(TelemetryNames.Embeddings, model.Name, AccessControl.KeyNameOf(http));
        RequestLog.Describe(http, measurement);
        var request = new EmbedRequest { Options = OptionsOf(fields), Caller = AccessControl.CallerOf(http), CacheSalt = cache.SaltOf(http, fields) };
        request.Prompts.AddRange(prompts);
        var forWorker = request.ForWorker();
        var response = await proxy.CallAsync(
            forWorker, model.Key, forWorker.Prompts, (client, asked, options) => client.EmbedAsync(asked, options), deadline.Token);
        measurement.AddTokens(response.Results.Sum(result => result.InputTokenLen), 0);
        if (response.Results.FirstOrDefault(result => result.Error is not null) is { } failed)
        {
            measurement.Fail(failed.Error.Code);
            throw ApiException.From(failed.Error);
        }

        await JsonReply.WriteAsync(http, json => Write(json, name, response.Results, isBase64));
    }

    private static EmbeddingOptions OptionsOf(BodyFields fields)
    {
        var options = new EmbeddingOptions
        {
            Pooling = fields.Text("pooling") switch
            {
                null => Pooling.Unspecified,
                "last" => Pooling.Last,
                "mean" => Pooling.Mean,
                var other => throw ApiException.Invalid($"pooling has to be last or mean, got \"{other}\".", "pooling"),
            },
        };
        if (fields.Integer("dimensions", 1) is { } dimensions)
        {
            options.Dimensions = dimensions;
        }

        if (fields.Flag("normalize") is { } normalize)
        {
            options.Normalize = normalize;
        }

        return options;
    }

    private static void Write(Utf8JsonWriter json, string model, IReadOnlyList<EmbeddingResult> results, bool isBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < results.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            float[] vector = [.. results[i].Vector];
            if (isBase64)
            {
                json.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector.AsSpan())); // Little-endian, as on every host this runs on.
            }
            else
            {
                json.WriteStartArray("embedding");
                Array.ForEach(vector, json.WriteNumberValue);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        var tokens = results.Sum(result => result.InputTokenLen);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
