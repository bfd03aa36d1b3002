using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Templates;

/// <summary>Turns the arguments of <see cref="ChatTemplate"/> into JSON, and refuses those that are not of the kind that is needed.</summary>
internal static class TemplateInput
{
    /// <exception cref="ArgumentException">A message is null.</exception>
    public static JsonElement Write(IEnumerable<TemplateMessage> messages, string parameter)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            var index = 0;
            writer.WriteStartArray();
            foreach (var message in messages)
            {
                if (message is null)
                {
                    throw new ArgumentException($"'{parameter}' has no message at position {index}, but null.", parameter);
                }

                writer.WriteStartObject();
                writer.WriteString("role", message.Role);
                writer.WriteString("content", message.Content);
                writer.WriteEndObject();
                index++;
            }

            writer.WriteEndArray();
        }

        using var document = JsonDocument.Parse(json.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <exception cref="ArgumentException">The text is not JSON.</exception>
    public static JsonElement Parse(string json, string parameter)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new ArgumentException($"'{parameter}' is not valid JSON: {(e is JsonException error ? JsonLine.Describe(error) : e.Message)}", parameter, e);
        }
    }

    /// <returns>Null for null, JSON's null included.</returns>
    /// <exception cref="ArgumentException">It is no array.</exception>
    public static JsonElement? Array(JsonElement? value, string parameter) => value switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Array } array => array,
        { } other => throw NoArray(other, parameter),
    };

    public static ArgumentException NoArray(JsonElement value, string parameter) =>
        new($"'{parameter}' must be a JSON array, but is {Word(value.ValueKind)}.", parameter);

    /// <exception cref="ArgumentException">A value has no JSON form.</exception>
    public static JsonElement? Object(JsonObject? value, string parameter)
    {
        try
        {
            return value is null ? null : JsonSerializer.SerializeToElement(value, TemplateJson.Default.JsonNode);
        }
        catch (Exception e) when (e is ArgumentException or JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new ArgumentException($"a variable has no JSON form: {e.Message}", parameter, e);
        }
    }

    private static string Word(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Undefined => "default, which is no value",
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };
}
