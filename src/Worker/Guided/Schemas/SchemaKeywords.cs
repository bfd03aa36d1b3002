namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>The keywords of JSON Schema (draft 2020-12) that can be honoured.</summary>
internal static class SchemaKeywords
{
    public static IReadOnlySet<string> Annotations { get; } = new HashSet<string>
    {
        "title", "description", "default", "examples", "$schema", "$id", "$comment", "$defs", "definitions", "deprecated", "readOnly", "writeOnly", "discriminator",
    };

    /// <summary>Those that say alone what a value is.</summary>
    public static IReadOnlyList<string> Whole { get; } = ["$ref", "anyOf", "oneOf", "allOf", "const", "enum"];

    /// <summary>The types of values, each with the keywords that are about it.</summary>
    public static IReadOnlyDictionary<string, string[]> Types { get; } = new Dictionary<string, string[]>
    {
        ["object"] = ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
        ["array"] = ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
        ["string"] = ["minLength", "maxLength", "pattern", "format"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["integer"] = [],
        ["boolean"] = [],
        ["null"] = [],
    };

    public static bool IsKnown(string keyword) =>
        keyword == "type" || Annotations.Contains(keyword) || Whole.Contains(keyword) || Types.Values.Any(keywords => keywords.Contains(keyword));
}
