using System.Text.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>The field <c>warnings</c> of an answer: parts of the request that are not honoured.</summary>
internal static class WarningsJson
{
    /// <summary>Writes the field where there is anything in it.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyCollection<string> warnings)
    {
        if (warnings.Count == 0)
        {
            return;
        }

        json.WriteStartArray("warnings");
        foreach (var warning in warnings)
        {
            json.WriteStringValue(warning);
        }

        json.WriteEndArray();
    }
}
