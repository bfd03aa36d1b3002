using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.ExtensionsAI;

/// <summary>JSON schemas that were made of .NET types, for answers that System.Text.Json is to read.</summary>
internal static class ClrSchema
{
    // A TimeOnly, which has no offset. RFC 3339's time, which the format means, has one.
    private const string TimeOfDay = @"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?$";

    /// <summary>The schema with times as .NET reads and writes them.</summary>
    public static string Adapt(JsonElement schema)
    {
        var node = JsonNode.Parse(schema.GetRawText());
        AdaptNode(node);
        return node?.ToJsonString() ?? "null";
    }

    private static void AdaptNode(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject schema:
                if (IsTimeOfDay(schema))
                {
                    schema.Remove("format");
                    schema["pattern"] = TimeOfDay;
                }

                foreach (var (_, value) in schema)
                {
                    AdaptNode(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    AdaptNode(item);
                }

                break;
        }
    }

    private static bool IsTimeOfDay(JsonObject schema) =>
        schema["format"] is JsonValue format && format.TryGetValue<string>(out var name) && name == "time"
        && schema.ContainsKey("type") && !schema.ContainsKey("pattern");
}
