using System.Text.Json;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/NAME</c>.</summary>
internal sealed class ModelsEndpoint(ServedModels served)
{
    public Task ListAsync(HttpContext http) => JsonReply.WriteAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in served.All)
        {
            Write(json, model, model.Name);
            foreach (var alias in model.Aliases)
            {
                Write(json, model, alias);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task GetAsync(HttpContext http)
    {
        var name = ModelName.Of(http);
        var model = served.Find(name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, ErrorCodes.ModelNotFound, $"The model '{name}' is not served here.", "model");
        return JsonReply.WriteAsync(http, json => Write(json, model, name));
    }

    private void Write(Utf8JsonWriter json, ServedModel model, string name)
    {
        json.WriteStartObject();
        json.WriteString("id", name);
        json.WriteString("object", "model");
        json.WriteNumber("created", served.CreatedOf(model.Name).ToUnixTimeSeconds());
        json.WriteString("owned_by", "lmdeploy");
        json.WriteString("root", model.Name);
        LoadJson.WriteFields(json, served.LoadOf(model));
        if (served.InfoOf(model.Name) is { } info)
        {
            json.WriteNumber("max_model_len", info.SessionLen);
            json.WritePropertyName("generation_config");
            ProtoJson.Write(json, info.Sampling ?? new SamplingDefaults());
        }

        json.WriteEndObject();
    }
}
