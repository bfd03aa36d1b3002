using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>Reads fields of a line; a field of the wrong kind is a <see cref="FormatException"/> that says what it must be.</summary>
internal static class LineFields
{
    public static string Describe(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    /// <summary>The one field of these that is there and not null.</summary>
    public static (string Name, JsonElement Value) ExactlyOne(this JsonElement line, params string[] names)
    {
        string[] present = [.. names.Where(name => line.Has(name))];
        return present.Length == 1
            ? (present[0], line.GetProperty(present[0]))
            : throw new FormatException(
                $"exactly one of {string.Join(", ", names)} is needed, found {(present.Length == 0 ? "none" : string.Join(" and ", present))}");
    }

    public static bool Has(this JsonElement line, string name)
        => line.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A field that is true or false; <paramref name="otherwise"/> when it is not there or null.</summary>
    public static bool IsSet(this JsonElement line, string name, bool otherwise)
        => line.Has(name) ? line.GetProperty(name).AsBoolean(name) : otherwise;

    public static string AsText(this JsonElement value, string name) => value.Must(JsonValueKind.String, name, "a string").GetString()!;

    public static int[] AsIds(this JsonElement value, string name)
        => [.. value.Must(JsonValueKind.Array, name, "an array of token ids").EnumerateArray().Select(id => id.AsInteger($"each of {name}"))];

    public static int AsInteger(this JsonElement value, string name)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw new FormatException($"{name} must be a whole number of 32 bits, found {value.GetRawText()}");

    public static double AsNumber(this JsonElement value, string name) => value.Must(JsonValueKind.Number, name, "a number").GetDouble();

    public static bool AsBoolean(this JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"{name} must be true or false, found {value.Describe()}"),
    };

    public static JsonElement Must(this JsonElement value, JsonValueKind kind, string name, string what)
        => value.ValueKind == kind ? value : throw new FormatException($"{name} must be {what}, found {value.Describe()}");
}
