using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmDeploy.Supervisor.Logging;

/// <summary>A message of the log, which writes itself in each form.</summary>
/// <param name="Fields">The values of the message by their names.</param>
internal sealed record LogEntry(
    DateTimeOffset Time,
    LogLevel Level,
    string Source,
    string? EventName,
    string Message,
    Exception? Exception,
    IReadOnlyList<KeyValuePair<string, object?>> Fields)
{
    private const string Template = "{OriginalFormat}";

    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string Cause => Exception is null ? "" : $"{Environment.NewLine}  {Exception}";

    /// <returns>The text with its line break.</returns>
    public string Write(LogFormat format) => format switch
    {
        LogFormat.Json => WriteJson(),
        LogFormat.Journal => WriteForJournal(),
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{Time:yyyy-MM-ddTHH:mm:ss.fffZ} {Level} {Source}: {Message}{Cause}{Environment.NewLine}"),
    };

    private string WriteForJournal()
    {
        var priority = Level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };
        var text = new StringBuilder();
        foreach (var line in $"{Source}: {Message}{Cause}".EnumerateLines())
        {
            text.Append(CultureInfo.InvariantCulture, $"<{priority}>{line}{Environment.NewLine}");
        }

        return text.ToString();
    }

    private string WriteJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, _json))
        {
            json.WriteStartObject();
            json.WriteString("time", Time);
            json.WriteString("level", Level.ToString().ToLowerInvariant());
            json.WriteString("source", Source);
            json.WriteString("event", EventName);
            json.WriteString("message", Message);
            json.WriteStartObject("fields");
            foreach (var (name, value) in Fields.Where(field => field.Key != Template))
            {
                json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(name));
                Write(json, value);
            }

            json.WriteEndObject();
            json.WriteString("exception", Exception?.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + Environment.NewLine;
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
