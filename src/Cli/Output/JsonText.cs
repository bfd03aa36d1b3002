using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmDeploy.Cli.Output;

/// <summary>Writes JSON without reflection, letters as they are.</summary>
internal static class JsonText
{
    /// <summary>One JSON value as text; <paramref name="indented"/> over several lines.</summary>
    public static string Write(Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A number; JSON has no infinities, so those are null.</summary>
    public static void WriteFinite(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <inheritdoc cref="WriteFinite(Utf8JsonWriter, double)"/>
    public static void WriteFinite(this Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public static void WriteOptional(this Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        json.WriteFinite(value ?? double.NaN);
    }

    public static void WriteIds(this Utf8JsonWriter json, string name, IReadOnlyList<int> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
    }

    /// <summary>An error object, or null.</summary>
    public static void WriteError(this Utf8JsonWriter json, string name, CallError? error)
    {
        if (error is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteString("subject", error.Subject);
        if (error.Failure is not null)
        {
            json.WritePropertyName("failure");
            FailureJson.Write(json, error.Failure);
        }

        json.WriteEndObject();
    }
}
