using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LmDeploy.Cli.Serving;

/// <summary>Reads a value of a YAML file.</summary>
internal static partial class ConfigScalar
{
    /// <summary>Whether a value is absent: <c>null</c>, <c>~</c> or nothing.</summary>
    public static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } scalar && (scalar.Value ?? "") is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The text of a value; null for a list or a mapping.</summary>
    public static string? Text(YamlNode node) => (node as YamlScalarNode)?.Value;

    /// <summary>The number of a value; null where it is none.</summary>
    public static double? Number(YamlNode node) =>
        Text(node) is { } text && Decimal().IsMatch(text) ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    /// <summary>The truth of a value in YAML's words; null where it is none.</summary>
    public static bool? Flag(YamlNode node) => Text(node)?.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };

    /// <summary>How an error names a value.</summary>
    public static string Describe(YamlNode node) => node switch
    {
        YamlSequenceNode => "a list",
        YamlMappingNode => "a mapping",
        _ when IsNull(node) => "nothing",
        _ => $"'{Text(node)}'",
    };

    /// <summary>A value as JSON. Plain words and numbers are YAML's; lists and mappings are empty ones, which no setting takes.</summary>
    public static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlSequenceNode => new JsonArray(),
        YamlMappingNode => new JsonObject(),
        _ when IsNull(node) => null,
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => ToJson(scalar.Value!),
        _ => JsonValue.Create(Text(node)),
    };

    private static JsonNode ToJson(string plain) =>
        bool.TryParse(plain, out var flag) ? JsonValue.Create(flag)
        : long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? JsonValue.Create(integer)
        : Decimal().IsMatch(plain) && double.Parse(plain, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? JsonValue.Create(number)
        : JsonValue.Create(plain);

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Decimal();
}
