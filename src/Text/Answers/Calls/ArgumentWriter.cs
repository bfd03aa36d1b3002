using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>Makes a JSON object of arguments that a model wrote as plain texts, with the types that the function's schema has.</summary>
internal sealed class ArgumentWriter(ToolSet tools, string function)
{
    private readonly JsonObject _arguments = [];

    /// <summary>Adds an argument of the type that the function's schema has.</summary>
    public void Add(string name, string text)
    {
        var types = tools.TypesOf(function, name);
        _arguments[name] = types.Contains("null") && text.Trim() is "null" or "None" ? null
            : types.Contains("string") || types.Count == 0 ? JsonValue.Create(text)
            : ParseOrText(text);
    }

    /// <summary>Adds an argument that the model says to be text, or to be JSON.</summary>
    public void Add(string name, string text, bool isText) => _arguments[name] = isText ? JsonValue.Create(text) : ParseOrText(text);

    public string ToJson() => _arguments.ToJsonString(ToolSet.Json);

    /// <returns>What is no JSON stays text.</returns>
    private static JsonNode? ParseOrText(string text)
    {
        try
        {
            return JsonNode.Parse(text.Trim() switch { "True" => "true", "False" => "false", var json => json });
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
