using System.Text.Json;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>The keywords of JSON Schema, draft 4 to 2020-12.</summary>
internal static class SchemaKeywords
{
    // Those that say nothing about a value, or nothing without another one that is refused.
    private static readonly HashSet<string> _annotations =
    [
        "title", "description", "default", "example", "examples", "$schema", "$id", "id", "$anchor",
        "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$comment", "$defs", "definitions",
        "deprecated", "readOnly", "writeOnly", "discriminator", "externalDocs", "contentEncoding",
        "contentMediaType", "contentSchema", "then", "else", "minContains", "maxContains",
    ];

    private static readonly HashSet<string> _unsupported =
    [
        "not", "if", "contains", "patternProperties", "propertyNames", "dependencies",
        "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
        "multipleOf", "divisibleBy", "uniqueItems", "disallow", "extends", "$dynamicRef", "$recursiveRef",
    ];

    private static readonly HashSet<string> _others = ["$ref", "anyOf", "oneOf", "allOf"];

    private static readonly HashSet<string> _values = ["type", "const", "enum"];

    /// <summary>The types of values, each with the keywords that are about it.</summary>
    public static IReadOnlyDictionary<string, string[]> Types { get; } = new Dictionary<string, string[]>
    {
        ["object"] = ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
        ["array"] = ["items", "prefixItems", "additionalItems", "minItems", "maxItems"],
        ["string"] = ["minLength", "maxLength", "pattern", "format"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["integer"] = [],
        ["boolean"] = [],
        ["null"] = [],
    };

    /// <summary>Whether it restricts values in a way that cannot be honoured.</summary>
    public static bool IsUnsupported(string keyword) => _unsupported.Contains(keyword);

    /// <summary>Whether it restricts nothing where it stands, though others of its kind cannot be honoured.</summary>
    public static bool IsIdle(SchemaPlace schema, JsonProperty keyword) => keyword.Name switch
    {
        "patternProperties" or "dependencies" or "dependentRequired" or "dependentSchemas" =>
            keyword.Value.ValueKind == JsonValueKind.Object
                && keyword.Value.EnumerateObject().All(member => IsAnything(member.Value) || IsEmptyArray(member.Value)),
        "unevaluatedProperties" or "unevaluatedItems" => IsAnything(keyword.Value),
        "propertyNames" => IsAnything(keyword.Value) || (keyword.Value.ValueKind == JsonValueKind.Object
            && keyword.Value.EnumerateObject()
                .All(member => _annotations.Contains(member.Name) || (member.NameEquals("type") && member.Value.ValueEquals("string")))),
        "if" => !schema.Has("then") && !schema.Has("else"),
        "not" => keyword.Value.ValueKind == JsonValueKind.False,
        "multipleOf" or "divisibleBy" => keyword.Value.ValueKind == JsonValueKind.Number && keyword.Value.GetDouble() == 1
            && IsOfOtherType(schema, "number"),
        "uniqueItems" => keyword.Value.ValueKind == JsonValueKind.False || IsOfOtherType(schema, "array")
            || (schema.Find("maxItems") is { Element: { ValueKind: JsonValueKind.Number } most } && most.GetDouble() <= 1),
        _ => false,
    };

    private static bool IsOfOtherType(SchemaPlace schema, string type) =>
        schema.Find("type") is { Element: { ValueKind: JsonValueKind.String } named } && !named.ValueEquals(type);

    private static bool IsAnything(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.True
            || (schema.ValueKind == JsonValueKind.Object && schema.EnumerateObject().All(member => _annotations.Contains(member.Name)));

    private static bool IsEmptyArray(JsonElement names) => names.ValueKind == JsonValueKind.Array && names.GetArrayLength() == 0;

    /// <summary>
    /// Whether it is none of JSON Schema's and none of the annotations that are usual beside them: it changes nothing, which its author may not expect.
    /// </summary>
    public static bool IsUnknown(string keyword) =>
        !_annotations.Contains(keyword) && !_others.Contains(keyword) && !IsAboutValues(keyword)
            && !keyword.StartsWith("x-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says itself, rather than by another schema, what a value is.</summary>
    public static bool IsAboutValues(string keyword) => _values.Contains(keyword) || Types.Values.Any(keywords => keywords.Contains(keyword));
}
