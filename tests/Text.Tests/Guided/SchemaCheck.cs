using System.Text.Json;
using System.Text.RegularExpressions;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Says whether a value fits a schema, by the words of JSON Schema, for the keywords that the tests use.</summary>
internal sealed class SchemaCheck(JsonElement root)
{
    public bool Fits(JsonElement value, JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => schema.EnumerateObject().All(keyword => Fits(value, keyword.Name, keyword.Value, schema)),
    };

    private bool Fits(JsonElement value, string keyword, JsonElement rule, JsonElement schema) => keyword switch
    {
        "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(type => IsOf(value, type.GetString()!)) : IsOf(value, rule.GetString()!),
        "enum" => rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
        "const" => JsonElement.DeepEquals(rule, value),
        "anyOf" or "oneOf" => rule.EnumerateArray().Any(one => Fits(value, one)),
        "allOf" => rule.EnumerateArray().All(one => Fits(value, one)),
        "$ref" => Fits(value, rule.GetString()!.Split('/').Skip(1).Aggregate(root, (place, name) => place.GetProperty(name))),
        "minProperties" => value.ValueKind != JsonValueKind.Object || NamesOf(value) >= rule.GetInt32(),
        "maxProperties" => value.ValueKind != JsonValueKind.Object || NamesOf(value) <= rule.GetInt32(),
        "properties" or "required" or "additionalProperties" => value.ValueKind != JsonValueKind.Object || FitsMembers(value, keyword, rule, schema),
        "items" or "prefixItems" or "additionalItems" or "minItems" or "maxItems" =>
            value.ValueKind != JsonValueKind.Array || FitsItems(value, keyword, rule, schema),
        "minLength" or "maxLength" or "pattern" or "format" => value.ValueKind != JsonValueKind.String || FitsText(value.GetString()!, keyword, rule),
        "minimum" or "maximum" when value.ValueKind == JsonValueKind.Number && !rule.TryGetDecimal(out _) => keyword == "minimum" == rule.GetDouble() < 0,
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= rule.GetDecimal(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= rule.GetDecimal(),
        "exclusiveMinimum" or "exclusiveMaximum" when rule.ValueKind is JsonValueKind.True or JsonValueKind.False =>
            !rule.GetBoolean() || value.ValueKind != JsonValueKind.Number
                || value.GetDecimal() != schema.GetProperty(keyword == "exclusiveMinimum" ? "minimum" : "maximum").GetDecimal(),
        "exclusiveMinimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() > rule.GetDecimal(),
        "exclusiveMaximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() < rule.GetDecimal(),
        _ => true,
    };

    private static int NamesOf(JsonElement value) => value.EnumerateObject().Select(member => member.Name).Distinct().Count();

    private bool FitsMembers(JsonElement value, string keyword, JsonElement rule, JsonElement schema)
    {
        switch (keyword)
        {
            case "required":
                return rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "properties":
                return rule.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out var member) || Fits(member, property.Value));
            default:
                var hasNamed = schema.TryGetProperty("properties", out var named);
                return value.EnumerateObject().All(member => (hasNamed && named.TryGetProperty(member.Name, out _)) || Fits(member.Value, rule));
        }
    }

    private bool FitsItems(JsonElement value, string keyword, JsonElement rule, JsonElement schema)
    {
        var first = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
        var tuple = schema.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? items.GetArrayLength() : 0;
        return keyword switch
        {
            "items" when rule.ValueKind == JsonValueKind.Array => value.EnumerateArray().Zip(rule.EnumerateArray()).All(pair => Fits(pair.First, pair.Second)),
            "additionalItems" => tuple == 0 || value.EnumerateArray().Skip(tuple).All(item => Fits(item, rule)),
            "items" => value.EnumerateArray().Skip(first).All(item => Fits(item, rule)),
            "prefixItems" => value.EnumerateArray().Zip(rule.EnumerateArray()).All(pair => Fits(pair.First, pair.Second)),
            "minItems" => value.GetArrayLength() >= rule.GetInt32(),
            _ => value.GetArrayLength() <= rule.GetInt32(),
        };
    }

    private static bool FitsText(string text, string keyword, JsonElement rule) => keyword switch
    {
        "minLength" => text.EnumerateRunes().Count() >= rule.GetInt32(),
        "maxLength" => text.EnumerateRunes().Count() <= rule.GetInt32(),
        "pattern" => Regex.IsMatch(text, rule.GetString()!, RegexOptions.ECMAScript),
        _ => rule.GetString() switch
        {
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
            "time" => DateTimeOffset.TryParse("2024-01-02T" + text, out _),
            "date-time" => DateTimeOffset.TryParse(text, out _),
            "uuid" => Guid.TryParseExact(text, "D", out _),
            _ => System.Net.Mail.MailAddress.TryCreate(text, out _),
        },
    };

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() == decimal.Truncate(value.GetDecimal()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };
}
