using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>The functions that an answer may call. Immutable.</summary>
internal sealed class ToolSet
{
    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] _alternatives = ["anyOf", "oneOf", "allOf"];

    private readonly Dictionary<string, JsonElement> _parameters = new(StringComparer.Ordinal);

    private ToolSet()
    {
    }

    public static ToolSet None { get; } = new();

    public bool IsEmpty => _parameters.Count == 0;

    /// <param name="tools">A JSON array of OpenAI's tool definitions; null for none.</param>
    public static ToolSet Of(JsonElement? tools)
    {
        if (tools is not { } given)
        {
            return None;
        }

        var set = new ToolSet();
        foreach (var tool in given.EnumerateArray().Where(tool => tool.ValueKind == JsonValueKind.Object))
        {
            var function = tool.TryGetProperty("function", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : tool;
            if (function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
            {
                set._parameters[name.GetString()!] = function.TryGetProperty("parameters", out var parameters) ? parameters.Clone() : default;
            }
        }

        return set;
    }

    public bool Has(string function) => _parameters.ContainsKey(function);

    /// <summary>The JSON types that a parameter of a function may have; none where its schema does not say.</summary>
    public IReadOnlySet<string> TypesOf(string function, string parameter)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        if (_parameters.TryGetValue(function, out var schema) && Property(schema, "properties") is { } properties && Property(properties, parameter) is { } described)
        {
            AddTypes(described, types);
        }

        return types;
    }

    private static void AddTypes(JsonElement schema, HashSet<string> types)
    {
        switch (Property(schema, "type"))
        {
            case { ValueKind: JsonValueKind.String } one:
                types.Add(one.GetString()!);
                break;
            case { ValueKind: JsonValueKind.Array } several:
                types.UnionWith(several.EnumerateArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!));
                break;
        }

        foreach (var alternatives in _alternatives.Select(keyword => Property(schema, keyword)).OfType<JsonElement>().Where(found => found.ValueKind == JsonValueKind.Array))
        {
            foreach (var alternative in alternatives.EnumerateArray())
            {
                AddTypes(alternative, types);
            }
        }

        if (Property(schema, "enum") is { ValueKind: JsonValueKind.Array } values && types.Count == 0)
        {
            types.UnionWith(values.EnumerateArray().Select(TypeOf));
        }
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private static JsonElement? Property(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value) ? value : null;
}
