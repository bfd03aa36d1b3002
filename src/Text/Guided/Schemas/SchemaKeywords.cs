namespace LmDeploy.Text.Guided.Schemas;

/// <summary>The keywords of JSON Schema, draft 4 to 2020-12.</summary>
internal static class SchemaKeywords
{
    // Those that say nothing about a value, or nothing without another one that is refused.
    private static readonly HashSet<string> _annotations =
    [
        "title", "description", "default", "example", "examples", "$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "$comment", "$defs", "definitions",
        "deprecated", "readOnly", "writeOnly", "discriminator", "externalDocs", "contentEncoding", "contentMediaType", "contentSchema", "then", "else", "minContains", "maxContains",
    ];

    private static readonly HashSet<string> _unsupported =
    [
        "not", "if", "contains", "patternProperties", "propertyNames", "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
        "multipleOf", "divisibleBy", "disallow", "extends", "$dynamicRef", "$recursiveRef",
    ];

    private static readonly HashSet<string> _others = ["$ref", "anyOf", "oneOf", "allOf"];

    private static readonly HashSet<string> _values = ["type", "const", "enum"];

    /// <summary>The types of values, each with the keywords that are about it.</summary>
    public static IReadOnlyDictionary<string, string[]> Types { get; } = new Dictionary<string, string[]>
    {
        ["object"] = ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
        ["array"] = ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"],
        ["string"] = ["minLength", "maxLength", "pattern", "format"],
        ["number"] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        ["integer"] = [],
        ["boolean"] = [],
        ["null"] = [],
    };

    /// <summary>Whether it restricts values in a way that cannot be honoured.</summary>
    public static bool IsUnsupported(string keyword) => _unsupported.Contains(keyword);

    /// <summary>Whether it is none of JSON Schema's and none of the annotations that are usual beside them: it changes nothing, which its author may not expect.</summary>
    public static bool IsUnknown(string keyword) =>
        !_annotations.Contains(keyword) && !_others.Contains(keyword) && !IsAboutValues(keyword) && !keyword.StartsWith("x-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it says itself, rather than by another schema, what a value is.</summary>
    public static bool IsAboutValues(string keyword) => _values.Contains(keyword) || Types.Values.Any(keywords => keywords.Contains(keyword));
}
