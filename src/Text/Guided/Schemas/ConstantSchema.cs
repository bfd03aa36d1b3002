using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>const and enum: values that are given.</summary>
internal static class ConstantSchema
{
    // What given values are looked at for; the other keywords about values are refused beside them.
    private static readonly HashSet<string> _measures = ["minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

    private static readonly JsonWriterOptions _compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Rule Make(SchemaCompiler compiler, Conjunction schemas)
    {
        IReadOnlyList<SchemaPlace> given = [.. schemas.All("const").Concat(schemas.All("enum"))];
        foreach (var keyword in SchemaKeywords.Types.Values.SelectMany(keywords => keywords).Where(keyword => !_measures.Contains(keyword)))
        {
            if (schemas.All(keyword) is not [var beside, ..])
            {
                continue;
            }

            if (keyword == "format")
            {
                compiler.Warnings.Add(beside, $"the format \"{beside.AsText()}\" is not kept to beside given values");
            }
            else
            {
                throw beside.Refuse($"{keyword} beside {given[0].Path[(given[0].Path.LastIndexOf('/') + 1)..]} is not supported");
            }
        }

        var types = SchemaTypes.Of(schemas);
        SchemaPlace[] values = [.. ValuesOf(given[0]).Where(value => IsOfType(value.Element, types) && IsWithin(value.Element, schemas))];
        foreach (var other in given.Skip(1))
        {
            var allowed = ValuesOf(other).Select(value => value.Element).ToHashSet(JsonValueComparer.Instance);
            values = [.. values.Where(value => allowed.Contains(value.Element))];
        }

        if (values.Length == 0)
        {
            return compiler.Nothing(schemas.Place, "no value of it is of the type, within the bounds and among all that are given");
        }

        var rule = compiler.Network.AddRule();
        compiler.Network.AddLiterals(rule.Start, values.Select(value => Bytes(value.Element.WriteTo).ToArray()), rule.End);
        return rule;
    }

    /// <summary>A name or other text as JSON.</summary>
    public static ReadOnlySpan<byte> Quote(string text) => Bytes(json => json.WriteStringValue(text));

    private static IReadOnlyList<SchemaPlace> ValuesOf(SchemaPlace given) =>
        given.Path.EndsWith("/const", StringComparison.Ordinal) ? [given]
        : given.Items() is { Count: > 0 } values ? values
        : throw given.Refuse("enum has no values");

    private static ReadOnlySpan<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, _compact))
        {
            write(json);
        }

        return buffer.WrittenSpan;
    }

    private static bool IsOfType(JsonElement value, IReadOnlyList<string>? types) =>
        types is null || types.Any(name => name == TypeOf(value) || (name == "integer" && IsWhole(value)));

    private static bool IsWithin(JsonElement value, Conjunction schemas) => value.ValueKind switch
    {
        JsonValueKind.String =>
            value.GetString()!.EnumerateRunes().Count() is var length && length >= schemas.Least("minLength") && !(length > schemas.Most("maxLength")),
        JsonValueKind.Number => value.TryGetDecimal(out var number) && NumberBounds.Of(schemas).Has(number),
        _ => true,
    };

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
