using System.Text;
using System.Text.Json;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>A function that a model wants to be called.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Arguments">A JSON object.</param>
internal readonly record struct FunctionCall(string Name, string Arguments)
{
    public const string NoArguments = "{}";

    /// <summary>
    /// Reads <c>{"name": NAME, "arguments": {...}}</c>; Llama says <c>parameters</c>, Command <c>tool_name</c> too. Arguments may be a string that holds the
    /// object.
    /// </summary>
    /// <returns>Null when it is not that.</returns>
    public static FunctionCall? From(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object
            || (!call.TryGetProperty("name", out var name) && !call.TryGetProperty("tool_name", out name))
            || name.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        if (!call.TryGetProperty("arguments", out var arguments) && !call.TryGetProperty("parameters", out arguments))
        {
            return new FunctionCall(name.GetString()!, NoArguments);
        }

        return arguments.ValueKind switch
        {
            JsonValueKind.Object => new FunctionCall(name.GetString()!, arguments.GetRawText()),
            JsonValueKind.String when string.IsNullOrWhiteSpace(arguments.GetString()) => new FunctionCall(name.GetString()!, NoArguments),
            JsonValueKind.String => new FunctionCall(name.GetString()!, arguments.GetString()!),
            JsonValueKind.Null => new FunctionCall(name.GetString()!, NoArguments),
            _ => null,
        };
    }

    /// <summary>Reads <c>{NAME: {...}}</c>, as Apertus writes it.</summary>
    /// <returns>Null when it is not that.</returns>
    public static FunctionCall? FromNamed(JsonElement call)
        => call.ValueKind == JsonValueKind.Object && call.EnumerateObject().ToList() is [{ Value.ValueKind: JsonValueKind.Object } named]
            ? new FunctionCall(named.Name, named.Value.GetRawText())
            : null;

    /// <summary>Whether a text is one JSON object.</summary>
    public static bool IsObject(string text)
    {
        try
        {
            using var value = JsonDocument.Parse(text);
            return value.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the calls in a text: JSON objects or arrays of them, one after the other, with nothing or <c>;</c> between them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="read">Reads one object. Default: <see cref="From"/>.</param>
    /// <returns>None when anything in it is something else.</returns>
    public static IReadOnlyList<FunctionCall> ParseAll(string text, Func<JsonElement, FunctionCall?>? read = null)
    {
        read ??= From;
        var calls = new List<FunctionCall>();
        var rest = Encoding.UTF8.GetBytes(text.Trim()).AsMemory();
        try
        {
            while (rest.Length > 0)
            {
                var reader = new Utf8JsonReader(rest.Span, new JsonReaderOptions { AllowMultipleValues = true });
                using var value = JsonDocument.ParseValue(ref reader);
                var found = value.RootElement.ValueKind == JsonValueKind.Array
                    ? [.. value.RootElement.EnumerateArray().Select(read)]
                    : new List<FunctionCall?> { read(value.RootElement) };
                if (found.Contains(null))
                {
                    return [];
                }

                calls.AddRange(found.OfType<FunctionCall>());
                rest = rest[(int)reader.BytesConsumed..].TrimStart(" \n\r\t;"u8.ToArray());
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }

        return calls;
    }
}
