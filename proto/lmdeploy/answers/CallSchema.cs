using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Answers;

/// <summary>The JSON schema of an answer that has to be a call.</summary>
internal static class CallSchema
{
    private const string Pointer = "#/$defs/";

    /// <param name="functions">The parameters of each, a JSON schema; null for a function without any.</param>
    /// <param name="forced">The one to be called; null for any of them.</param>
    /// <returns>Of the arguments where only one function can be called, else of <c>{"name": ..., "parameters": ...}</c>.</returns>
    public static string Of(IReadOnlyDictionary<string, JsonElement?> functions, string? forced)
    {
        if (forced is not null || functions.Count == 1)
        {
            return Parameters(functions[forced ?? functions.Keys.First()]).ToJsonString();
        }

        var definitions = new JsonObject();
        var calls = new JsonArray();
        foreach (var (name, parameters) in functions)
        {
            calls.Add(new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = name }, ["parameters"] = Hoist(Parameters(parameters), $"{calls.Count}_", definitions) },
                ["required"] = new JsonArray("name", "parameters"),
                ["additionalProperties"] = false,
            });
        }

        var schema = new JsonObject { ["anyOf"] = calls };
        if (definitions.Count > 0)
        {
            schema["$defs"] = definitions;
        }

        return schema.ToJsonString();
    }

    private static JsonObject Parameters(JsonElement? parameters) =>
        parameters is { } given ? JsonObject.Create(given)! : new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(), ["additionalProperties"] = false };

    /// <summary>Moves the definitions of a schema up to those of the whole, under names that begin with the prefix.</summary>
    private static JsonObject Hoist(JsonObject schema, string prefix, JsonObject definitions)
    {
        if (schema["$defs"] is not JsonObject own)
        {
            return schema;
        }

        schema.Remove("$defs");
        Rename(schema, prefix);
        Rename(own, prefix);
        foreach (var (name, definition) in own.ToList())
        {
            own.Remove(name);
            definitions[prefix + name] = definition;
        }

        return schema;
    }

    private static void Rename(JsonNode? node, string prefix)
    {
        if (node is JsonObject fields)
        {
            if (fields["$ref"] is JsonValue value && value.TryGetValue<string>(out var reference) && reference.StartsWith(Pointer, StringComparison.Ordinal))
            {
                fields["$ref"] = Pointer + prefix + reference[Pointer.Length..];
            }

            foreach (var (_, child) in fields)
            {
                Rename(child, prefix);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Rename(item, prefix);
            }
        }
    }
}
