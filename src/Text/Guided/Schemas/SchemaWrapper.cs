using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>OpenAI's form of a schema: an object with its name beside it.</summary>
internal static class SchemaWrapper
{
    private static readonly string[] _members = ["name", "description", "schema", "strict"];

    /// <summary>The schema in the object, or the object itself where it is none.</summary>
    public static JsonElement Unwrap(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty("schema", out var schema)
        && json.EnumerateObject().All(member => _members.Contains(member.Name))
            ? schema
            : json;
}
