using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>
/// Turns OpenAI's messages into what chat templates of language models expect: parts of text are joined, absent content is empty, arguments of calls are
/// objects
/// rather than JSON in a string, and the developer speaks as the system.
/// </summary>
internal static class ChatMessages
{
    private const string Field = "messages";

    /// <returns>A JSON array.</returns>
    /// <exception cref="ApiException">They are not messages, or have something other than text.</exception>
    public static string Normalize(BodyFields fields)
    {
        if (fields.Array(Field) is not { } messages || messages.GetArrayLength() == 0)
        {
            throw ApiException.Invalid("messages is missing or empty: at least one message is needed.", Field);
        }

        return IsPlain(messages)
            ? messages.GetRawText()
            : new JsonArray([.. messages.EnumerateArray().Select((message, i) => (JsonNode)Normalize(message, i))]).ToJsonString();
    }

    private static bool IsPlain(JsonElement messages) => messages.EnumerateArray().All(message =>
        message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && !role.ValueEquals("developer")
        && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
        && !message.TryGetProperty("tool_calls", out _));

    private static JsonObject Normalize(JsonElement message, int index)
    {
        var path = $"{Field}[{index}]";
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid($"{path} has to be an object, got {BodyFields.Describe(message)}.", path);
        }

        var fields = new BodyFields(message, path);
        var role = fields.RequiredText("role");
        var normal = JsonObject.Create(message)!;
        normal["role"] = role == "developer" ? "system" : role;
        normal["content"] = ContentOf(fields);
        if (fields.Array("tool_calls") is { } calls && calls.GetArrayLength() > 0)
        {
            normal["tool_calls"] = new JsonArray([.. calls.EnumerateArray().Select((call, i) => (JsonNode)CallOf(call, $"{path}.tool_calls[{i}]"))]);
        }
        else
        {
            normal.Remove("tool_calls");
        }

        return normal;
    }

    private static string ContentOf(BodyFields message)
    {
        switch (message.Find("content"))
        {
            case null:
                return "";
            case { ValueKind: JsonValueKind.String } text:
                return text.GetString()!;
            case { ValueKind: JsonValueKind.Array } parts:
                return string.Join('\n', parts.EnumerateArray().Select((part, i) => TextOf(part, $"{message.NameOf("content")}[{i}]")));
            case { } other:
                throw message.Wrong("content", "a string or an array of parts", other);
        }
    }

    private static string TextOf(JsonElement part, string path)
    {
        if (part.ValueKind == JsonValueKind.String)
        {
            return part.GetString()!;
        }

        if (part.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid($"{path} has to be an object with a type, got {BodyFields.Describe(part)}.", path);
        }

        var fields = new BodyFields(part, path);
        return fields.RequiredText("type") switch
        {
            "text" or "input_text" or "output_text" => fields.Text("text") ?? "",
            "refusal" => fields.Text("refusal") ?? "",
            var type => throw new ApiException(
                StatusCodes.Status400BadRequest, ErrorCodes.UnsupportedFeature, $"{path} is {type}, but the model takes text alone.", path),
        };
    }

    private static JsonObject CallOf(JsonElement call, string path)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid($"{path} has to be an object, got {BodyFields.Describe(call)}.", path);
        }

        var normal = JsonObject.Create(call)!;
        normal["type"] ??= "function"; // Some clients leave it out, and some templates look at it.
        if (normal["function"] is JsonObject function)
        {
            function["arguments"] = function["arguments"] switch
            {
                null => new JsonObject(),
                JsonValue value when value.TryGetValue<string>(out var arguments) => ObjectOf(arguments),
                var arguments => arguments.DeepClone(),
            };
        }

        return normal;
    }

    private static JsonNode ObjectOf(string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return new JsonObject();
        }

        try
        {
            return JsonNode.Parse(arguments) switch
            {
                null => new JsonObject(),
                JsonObject parsed => parsed,
                _ => JsonValue.Create(arguments)!,
            };
        }
        catch (JsonException)
        {
            return JsonValue.Create(arguments)!; // What a model made up, and templates print as it is.
        }
    }
}
