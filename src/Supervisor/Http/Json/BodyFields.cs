using System.Globalization;
using System.Text.Json;
using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http.Json;

/// <summary>
/// The fields of a JSON object, read by name and type. One that is absent or null is null; one that is something else than it has to be is an
/// <see cref="ApiException"/> that names it.
/// </summary>
/// <param name="element">An object.</param>
/// <param name="path">Where it is in the request; empty for the request itself.</param>
internal readonly struct BodyFields(JsonElement element, string path)
{
    public JsonElement Element => element;

    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    /// <summary>What errors call a field.</summary>
    public string NameOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public JsonElement? Find(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a string", value)
        : null;

    /// <exception cref="ApiException">It is absent or empty, too.</exception>
    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw ApiException.Invalid($"{NameOf(name)} is missing: a string is needed.", NameOf(name));

    public bool? Flag(string name) => Find(name) is { } value
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false", value)
        : null;

    public int? Integer(string name, int least = int.MinValue, int most = int.MaxValue) => Find(name) is { } value
        ? IsInteger(value, out var number) && number >= least && number <= most ? number : throw Wrong(name, Range("a whole number", least, most), value)
        : null;

    public long? Long(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Wrong(name, "a whole number of 64 bits", value)
        : null;

    public double? Number(string name, double least, double most) => Find(name) is { } value ? NumberOf(name, value, least, most) : null;

    /// <summary>
    /// As <see cref="Number"/>, for a field whose value the caller has: to find a field again takes time in proportion to how many there are.
    /// </summary>
    public double NumberOf(string name, JsonElement value, double least, double most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, Range("a number", least, most), value);

    public BodyFields? Object(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Object ? new BodyFields(value, NameOf(name)) : throw Wrong(name, "an object", value)
        : null;

    public JsonElement? Array(string name) => Find(name) is { } value
        ? value.ValueKind == JsonValueKind.Array ? value : throw Wrong(name, "an array", value)
        : null;

    /// <summary>A string, or several of them.</summary>
    public IReadOnlyList<string>? Texts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many when many.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. many.EnumerateArray().Select(item => item.GetString()!)],
        { } other => throw Wrong(name, "a string or an array of strings", other),
    };

    public IReadOnlyList<int>? Integers(string name)
    {
        if (Array(name) is not { } values)
        {
            return null;
        }

        var numbers = new List<int>(values.GetArrayLength());
        foreach (var value in values.EnumerateArray())
        {
            numbers.Add(IsInteger(value, out var number) ? number : throw Wrong($"{name}[{numbers.Count}]", "a whole number of 32 bits", value));
        }

        return numbers;
    }

    public ApiException Wrong(string name, string expected, JsonElement value)
    {
        var text = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Describe(value) : value.GetRawText();
        return ApiException.Invalid($"{NameOf(name)} has to be {expected}, got {(text.Length <= 100 ? text : Describe(value))}.", NameOf(name));
    }

    /// <summary>1 and 1.0 alike, as some clients write whole numbers.</summary>
    private static bool IsInteger(JsonElement value, out int number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number || value.TryGetInt32(out number))
        {
            return value.ValueKind == JsonValueKind.Number;
        }

        var isWhole = value.TryGetDouble(out var real) && real == Math.Floor(real) && real is >= int.MinValue and <= int.MaxValue;
        number = isWhole ? (int)real : 0;
        return isWhole;
    }

    private static string Range(string what, double least, double most)
    {
        var (from, to) = (least.ToString("0.###", CultureInfo.InvariantCulture), most.ToString("0.###", CultureInfo.InvariantCulture));
        return (least > int.MinValue, most < int.MaxValue) switch
        {
            (true, true) => $"{what} between {from} and {to}",
            (true, false) => $"{what} from {from}",
            (false, true) => $"{what} up to {to}",
            _ => what,
        };
    }
}
