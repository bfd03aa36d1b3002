using System.Text.Json;
using Google.Protobuf;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Http.Bodies;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Management;

/// <summary><c>/v1/pipelines</c>: lists what runs, loads and unloads.</summary>
internal sealed class PipelinesEndpoint(
    ServedModels served, PipelineOverview overview, ReceiptHistory receipts, RequestGate gate, BodyReader bodies, ModelPlaces places, LogsEndpoint logs)
{
    private const double DefaultDrainSeconds = 30;
    private const double LongestSeconds = 86_400;
    private const int MostReplicas = 64;

    /// <summary><c>GET /v1/pipelines</c>: the models that are served, the pipelines that run, and what those that have ended gave back.</summary>
    public async Task ListAsync(HttpContext http)
    {
        var pipelines = await overview.ListAsync(http.RequestAborted);
        await JsonReply.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in served.All)
            {
                WriteModel(json, model, pipelines);
            }

            json.WriteEndArray();
            json.WriteStartArray("pipelines");
            foreach (var pipeline in pipelines)
            {
                ProtoJson.Write(json, pipeline);
            }

            json.WriteEndArray();
            json.WriteStartArray("receipts");
            foreach (var kept in receipts.All)
            {
                json.WriteStartObject();
                json.WriteString("id", kept.Id);
                json.WriteString("name", kept.Name);
                json.WriteString("when", kept.When);
                ProtoJson.WriteFields(json, kept.Receipt);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary><c>GET /v1/pipelines/NAME</c> and <c>/v1/pipelines/NAME/logs</c>.</summary>
    public async Task GetAsync(HttpContext http)
    {
        if (ModelName.Before(http, "logs") is { } logged && served.Find(ModelName.Of(http)) is null)
        {
            await logs.HandleAsync(http, logged);
            return;
        }

        var model = Find(ModelName.Of(http));
        var pipelines = await overview.ListAsync(http.RequestAborted);
        await JsonReply.WriteAsync(http, json => WriteModel(json, model, pipelines));
    }

    /// <summary><c>POST /v1/pipelines</c>: makes a model known and, unless <c>load</c> is false, loads it.</summary>
    public async Task LoadAsync(HttpContext http)
    {
        gate.Check();
        var (fields, room) = await bodies.ReadAsync(http, http.RequestAborted);
        using var _ = room;
        var isKnown = fields.Text("model") is { } named && served.Find(named) is not null && !fields.Has("name");
        var model = isKnown ? served.Find(fields.Text("model")!)! : await ReadAsync(fields, http.RequestAborted);
        if (!isKnown)
        {
            served.Add(model);
        }

        if (fields.Flag("load") ?? true)
        {
            await served.LoadAsync(model, http.RequestAborted);
        }

        var pipelines = await overview.ListAsync(http.RequestAborted);
        await JsonReply.WriteAsync(http, json => WriteModel(json, model, pipelines));
    }

    /// <summary>
    /// <c>DELETE /v1/pipelines/NAME</c>: unloads a model and answers with the receipt. With <c>?forget=false</c> its next request loads it again.
    /// </summary>
    public async Task UnloadAsync(HttpContext http)
    {
        var model = Find(ModelName.Of(http));
        var forgets = http.Request.Query["forget"].ToString() is not ("false" or "0");
        var given = await served.UnloadAsync(model, DrainOf(http), forgets).WaitAsync(http.RequestAborted);
        await WriteReceiptsAsync(http, model, given);
    }

    /// <summary><c>POST /v1/pipelines/NAME/restart</c>: unloads a model when its requests have ended, and loads it again.</summary>
    public async Task ActAsync(HttpContext http)
    {
        gate.Check();
        var model = Find(ModelName.Before(http, "restart")
            ?? throw new ApiException(
                StatusCodes.Status404NotFound,
                ApiErrorCodes.RouteNotFound,
                $"There is nothing at POST {http.Request.Path}; to restart a model, POST /v1/pipelines/NAME/restart."));
        var given = await served.UnloadAsync(model, DrainOf(http), forgets: false).WaitAsync(http.RequestAborted);
        await served.LoadAsync(model, http.RequestAborted);
        await WriteReceiptsAsync(http, model, given);
    }

    private static Task WriteReceiptsAsync(HttpContext http, ServedModel model, IReadOnlyList<ReclaimReceipt> given) => JsonReply.WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        ProtoJson.WriteFields(json, given[0]);
        json.WriteStartArray("replicas");
        foreach (var receipt in given.Skip(1))
        {
            ProtoJson.Write(json, receipt);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static TimeSpan DrainOf(HttpContext http)
    {
        var text = http.Request.Query["drain_timeout"].ToString();
        return text.Length == 0
            ? TimeSpan.FromSeconds(DefaultDrainSeconds)
            : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= LongestSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw ApiException.Invalid($"drain_timeout has to be seconds between 0 and {LongestSeconds}, got {text}.", "drain_timeout");
    }

    private async Task<ServedModel> ReadAsync(BodyFields fields, CancellationToken cancellationToken)
    {
        var source = await FindAsync(fields.RequiredText("model"), cancellationToken);
        var open = new OpenPipeline { Model = source.Folder, Name = fields.Text("name") ?? source.Name };
        ReadEngine(fields, open);
        return new ServedModel(
            open,
            fields.Texts("aliases") ?? [],
            fields.Integer("replicas", 1, MostReplicas) ?? 1,
            TimeSpan.FromSeconds(fields.Number("ttl_seconds", 0, 30 * LongestSeconds) ?? 0),
            fields.Flag("pinned") ?? false);
    }

    private async Task<Hub.ModelSource> FindAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            return await places.FindAsync(model, cancellationToken);
        }
        catch (SupervisorException exception)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, exception.Error.Code, exception.Message, "model");
        }
    }

    private static void ReadEngine(BodyFields fields, OpenPipeline open)
    {
        if (fields.Object("engine") is not { } engine)
        {
            return;
        }

        try
        {
            EngineFields.Read(engine.Element, open);
        }
        catch (UnknownWordException exception)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorCodes.InvalidConfig, exception.Message, exception.Setting);
        }
        catch (FormatException exception)
        {
            throw ApiException.Invalid($"engine cannot be read: {exception.Message}", "engine");
        }
    }

    private void WriteModel(Utf8JsonWriter json, ServedModel model, IReadOnlyList<PipelineInfo> pipelines)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        json.WriteStartArray("aliases");
        foreach (var alias in model.Aliases)
        {
            json.WriteStringValue(alias);
        }

        json.WriteEndArray();
        json.WriteString("model", model.Open.Model);
        json.WriteNumber("replicas", model.Replicas);
        json.WriteNumber("ttl_seconds", model.Ttl.TotalSeconds);
        json.WriteBoolean("pinned", model.IsPinned);
        LoadJson.WriteFields(json, served.LoadOf(model));
        json.WriteStartArray("pipelines");
        foreach (var pipeline in pipelines.Where(pipeline => pipeline.Named && model.Pipelines.Contains(pipeline.Name)))
        {
            ProtoJson.Write(json, pipeline);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private ServedModel Find(string name) =>
        served.Find(name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, ErrorCodes.PipelineNotFound, $"No pipeline is served under the name '{name}'.", "name");
}
