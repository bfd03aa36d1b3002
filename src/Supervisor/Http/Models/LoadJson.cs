using System.Text.Json;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary>Writes whether a model is loaded: <c>state</c>, and <c>error</c> with the latest failure or null.</summary>
internal static class LoadJson
{
    public static void WriteFields(Utf8JsonWriter json, LoadStatus load)
    {
        json.WriteString("state", EnumWords.Of(load.State));
        if (load.Failure is not { } failure)
        {
            json.WriteNull("error");
            return;
        }

        json.WriteStartObject("error");
        json.WriteString("code", failure.Code);
        json.WriteString("message", failure.Message);
        json.WriteEndObject();
    }
}
