using System.Text.Json;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary>
/// Writes whether a model is loaded: <c>state</c>, <c>error</c> with the latest failure or null, and <c>progress</c> of a load that runs, else null.
/// </summary>
internal static class LoadJson
{
    public static void WriteFields(Utf8JsonWriter json, LoadStatus load)
    {
        json.WriteString("state", EnumWords.Of(load.State));
        if (load.Failure is { } failure)
        {
            json.WriteStartObject("error");
            json.WriteString("code", failure.Code);
            json.WriteString("message", failure.Message);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("error");
        }

        if (load.Progress is { } progress)
        {
            json.WriteStartObject("progress");
            json.WriteString("stage", EnumWords.Of(progress.Stage));
            json.WriteNumber("loaded_bytes", progress.LoadedBytes);
            json.WriteNumber("total_bytes", progress.TotalBytes);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("progress");
        }
    }
}
