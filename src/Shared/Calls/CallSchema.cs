using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LmDeploy.Answers;

/// <summary>The JSON schema of an answer that has to be a call.</summary>
internal static class CallSchema
{
    /// <param name="functions">The parameters of each, a JSON schema; null or <c>{}</c> for a function without any.</param>
    /// <param name="forced">The one to be called; null for any of them.</param>
    /// <returns>Of the arguments where only one function can be called, else of <c>{"name": ..., "parameters": ...}</c>.</returns>
    public static string Of(IReadOnlyDictionary<string, JsonElement?> functions, string? forced)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (forced is not null || functions.Count == 1)
            {
                WriteParameters(json, functions[forced ?? functions.Keys.First()], id: null);
            }
            else
            {
                json.WriteStartObject();
                json.WriteStartArray("anyOf");
                foreach (var (name, parameters) in functions)
                {
                    WriteCall(json, name, parameters);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Whether arguments that fit a schema can be a JSON object, as arguments are.</summary>
    public static bool AllowsObject(JsonElement parameters) => !parameters.TryGetProperty("type", out var type) || type.ValueKind switch
    {
        JsonValueKind.String => type.ValueEquals("object"),
        JsonValueKind.Array => type.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && name.ValueEquals("object")),
        _ => true,
    };

    private static void WriteCall(Utf8JsonWriter json, string name, JsonElement? parameters)
    {
        json.WriteStartObject();
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        json.WriteStartObject("name");
        json.WriteString("const", name);
        json.WriteEndObject();
        json.WritePropertyName("parameters");
        WriteParameters(json, parameters, $"function:{name}");
        json.WriteEndObject();
        json.WriteStartArray("required");
        json.WriteStringValue("name");
        json.WriteStringValue("parameters");
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
        json.WriteEndObject();
    }

    /// <summary>Writes a function's schema, held to objects. Its references from # lead into what the id names; null where it is the whole one.</summary>
    private static void WriteParameters(Utf8JsonWriter json, JsonElement? parameters, string? id)
    {
        json.WriteStartObject();
        if (parameters is not { } given || !given.EnumerateObject().Any())
        {
            json.WriteString("type", "object");
            json.WriteBoolean("additionalProperties", false);
            json.WriteEndObject();
            return;
        }

        var (hasOwnId, isOfObjects) = (HasId(given), AllowsObject(given));
        if (id is not null && !hasOwnId)
        {
            json.WriteString("$id", id);
        }

        if (isOfObjects)
        {
            json.WriteString("type", "object");
        }

        foreach (var member in given.EnumerateObject().Where(member => !(isOfObjects && member.NameEquals("type")) && (hasOwnId || !member.NameEquals("$id"))))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Whether references from # in it lead into itself wherever it stands.</summary>
    private static bool HasId(JsonElement schema) =>
        schema.TryGetProperty("$id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text && text[0] != '#';
}
