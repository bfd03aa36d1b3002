using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>Makes a JSON object of arguments that a model wrote as plain texts, with the types that the function's schema has.</summary>
internal sealed class ArgumentWriter(ToolSet tools, string function)
{
    private readonly JsonObject _arguments = [];

    public void Add(string name, string text)
    {
        var types = tools.TypesOf(function, name);
        _arguments[name] = types.Contains("null") && text.Trim() is "null" or "None" ? null
            : types.Contains("string") || types.Count == 0 ? JsonValue.Create(text)
            : Parse(text.Trim()) ?? JsonValue.Create(text);
    }

    public string ToJson() => _arguments.ToJsonString(ToolSet.Json);

    /// <returns>Null for what is no JSON, which stays text.</returns>
    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text switch { "True" => "true", "False" => "false", _ => text });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
