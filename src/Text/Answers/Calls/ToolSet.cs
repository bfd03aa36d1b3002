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

    /// <summary>Whether there is a function whose name begins like this.</summary>
    public bool HasLike(string beginning) => _parameters.Keys.Any(name => name.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Whether a function may have a parameter: one that its schema names, or any where the schema names none.</summary>
    public bool MayHave(string function, string parameter) =>
        !_parameters.TryGetValue(function, out var schema) || Property(schema, "properties") is not { ValueKind: JsonValueKind.Object } properties
        || !properties.EnumerateObject().Any() || properties.TryGetProperty(parameter, out _);

    /// <summary>The JSON types that a parameter of a function may have; none where its schema does not say.</summary>
    public IReadOnlySet<string> TypesOf(string function, string parameter)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        if (_parameters.TryGetValue(function, out var schema) && Property(schema, "properties") is { } properties
            && Property(properties, parameter) is { } described)
        {
            AddTypes(schema, described, types, []);
        }

        return types;
    }

    private static void AddTypes(JsonElement root, JsonElement schema, HashSet<string> types, HashSet<string> followed)
    {
        if (Property(schema, "$ref") is { ValueKind: JsonValueKind.String } reference
            && followed.Add(reference.GetString()!) && Follow(root, reference.GetString()!) is { } target)
        {
            AddTypes(root, target, types, followed);
        }

        switch (Property(schema, "type"))
        {
            case { ValueKind: JsonValueKind.String } one:
                types.Add(one.GetString()!);
                break;
            case { ValueKind: JsonValueKind.Array } several:
                types.UnionWith(several.EnumerateArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!));
                break;
        }

        foreach (var alternatives in _alternatives.Select(keyword => Property(schema, keyword))
            .OfType<JsonElement>().Where(found => found.ValueKind == JsonValueKind.Array))
        {
            foreach (var alternative in alternatives.EnumerateArray())
            {
                AddTypes(root, alternative, types, followed);
            }
        }

        if (Property(schema, "enum") is { ValueKind: JsonValueKind.Array } values && types.Count == 0)
        {
            types.UnionWith(values.EnumerateArray().Select(TypeOf));
        }
    }

    /// <summary>What a reference within a schema refers to: # and a JSON pointer.</summary>
    private static JsonElement? Follow(JsonElement root, string reference)
    {
        JsonElement? at = reference.StartsWith('#') ? root : null;
        foreach (var step in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = at is not { } schema ? null
                : schema.ValueKind != JsonValueKind.Array ? Property(schema, name)
                : int.TryParse(name, out var index) && index >= 0 && index < schema.GetArrayLength() ? schema[index] : null;
        }

        return at;
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
