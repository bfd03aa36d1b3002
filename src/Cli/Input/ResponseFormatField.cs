using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>Reads <c>response_format</c> of a line, in LMDeploy's form: an object of <c>type</c> and, by its name, the schema.</summary>
internal static class ResponseFormatField
{
    private const string Name = "response_format";

    public static ResponseFormat? Parse(JsonElement value)
    {
        var type = value.Must(JsonValueKind.Object, Name, "an object").Has("type") ? value.GetProperty("type").AsText($"type of {Name}") : "";
        return type switch
        {
            "text" => null,
            "json_object" => ResponseFormat.Json(),
            "json_schema" => ResponseFormat.JsonSchema(SchemaOf(value, type).Must(JsonValueKind.Object, $"json_schema of {Name}", "an object").GetRawText()),
            "regex_schema" => ResponseFormat.Regex(SchemaOf(value, type).AsText($"regex_schema of {Name}")),
            _ => throw new FormatException($"type of {Name} must be text, json_object, json_schema or regex_schema, found \"{type}\""),
        };
    }

    private static JsonElement SchemaOf(JsonElement value, string type)
        => value.Has(type) ? value.GetProperty(type) : throw new FormatException($"{Name} of type {type} needs {type}");
}
