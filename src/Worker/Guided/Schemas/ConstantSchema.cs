using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>const and enum: values that are given.</summary>
internal static class ConstantSchema
{
    private static readonly JsonWriterOptions _compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(NetworkBuilder network, SchemaPlace place, Rule rule)
    {
        IReadOnlyList<SchemaPlace> values = place.Find("const") is { } constant ? [constant] : place.Find("enum")!.Value.Items();
        SchemaPlace[] fitting = [.. values.Where(value => IsOfType(value.Element, place.Find("type")))];
        if (fitting.Length == 0)
        {
            throw place.Refuse(values.Count == 0 ? "enum has no values" : "no value of it is of the type");
        }

        foreach (var value in fitting)
        {
            network.AddEmpty(network.AddLiteral(rule.Start, Bytes(value.Element.WriteTo)), rule.End);
        }
    }

    /// <summary>A name or other text as JSON.</summary>
    public static ReadOnlySpan<byte> Quote(string text) => Bytes(json => json.WriteStringValue(text));

    private static ReadOnlySpan<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, _compact))
        {
            write(json);
        }

        return buffer.WrittenSpan;
    }

    private static bool IsOfType(JsonElement value, SchemaPlace? type)
    {
        if (type is not { } known)
        {
            return true;
        }

        var names = known.Element.ValueKind == JsonValueKind.Array ? known.Items() : [known];
        return names.Any(name => name.AsText() == TypeOf(value) || (name.AsText() == "integer" && IsWhole(value)));
    }

    private static bool IsWhole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number == decimal.Truncate(number);

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
