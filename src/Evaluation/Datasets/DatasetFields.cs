using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads fields of a line; a field of the wrong kind is a <see cref="FormatException"/> that says what it must be.</summary>
internal static class DatasetFields
{
    /// <summary>The field; null when it is not there or null.</summary>
    public static JsonElement? Find(this JsonElement line, string? name)
        => name is not null && line.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement Get(this JsonElement line, string name) => line.Find(name) ?? throw new FormatException($"{name} is needed");

    public static string GetText(this JsonElement line, string name) => line.Get(name).AsText(name);

    /// <summary>A text that says something.</summary>
    public static string GetFilledText(this JsonElement line, string name)
        => line.GetText(name) is var text && !string.IsNullOrWhiteSpace(text) ? text : throw new FormatException($"{name} must not be empty");

    /// <summary>A text; empty when it is not there.</summary>
    public static string FindText(this JsonElement line, string? name) => line.Find(name)?.AsText(name!) ?? "";

    /// <summary>A text or a whole number, which ids are written as.</summary>
    public static string? FindId(this JsonElement line, string? name) => line.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
        : value.Must(JsonValueKind.String, name!, "a string or a number").GetString() is { Length: > 0 } id ? id
        : throw new FormatException($"{name} must not be empty");

    /// <summary>An array of texts.</summary>
    public static IReadOnlyList<string> GetTexts(this JsonElement line, string name)
        => [.. line.Get(name).Must(JsonValueKind.Array, name, "an array of strings").EnumerateArray().Select(text => text.AsText($"each of {name}"))];

    /// <summary>A text or an array of them; none when it is not there.</summary>
    public static IReadOnlyList<string> FindTexts(this JsonElement line, string? name) => line.Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        { ValueKind: JsonValueKind.Array } => line.GetTexts(name!),
        { } other => throw new FormatException($"{name} must be a string or an array of strings, found {other.Describe()}"),
    };

    /// <summary>Right answers: a text, a number or a boolean as JSON writes it, or an array of them; none when it is not there.</summary>
    public static IReadOnlyList<string> FindAnswers(this JsonElement line, string? name) => line.Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray().Select(value => value.AsAnswer($"each of {name}", ""))],
        { } value => [value.AsAnswer(name!, ", or an array of them")],
    };

    public static bool? FindBoolean(this JsonElement line, string? name) => line.Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"{name} must be true or false, found {line.Get(name!).Describe()}"),
    };

    public static JsonElement Must(this JsonElement value, JsonValueKind kind, string name, string what)
        => value.ValueKind == kind ? value : throw new FormatException($"{name} must be {what}, found {value.Describe()}");

    private static string AsAnswer(this JsonElement value, string name, string orMore) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new FormatException($"{name} must be a string, a number or a boolean{orMore}, found {value.Describe()}"),
    };

    private static string AsText(this JsonElement value, string name) => value.Must(JsonValueKind.String, name, "a string").GetString()!;

    private static string Describe(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
