using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Http.Json;

/// <summary>
/// Writes messages of the contracts with the names they have there, as the command line's listings do. Unlike protobuf's own JSON it writes 64-bit numbers as
/// numbers, enumerations by their words, times as numbers whose names say the unit, and fields that have their default too.
/// </summary>
internal static class ProtoJson
{
    private const string Time = "time";

    public static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        WriteFields(json, message);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields into an object that has begun.</summary>
    public static void WriteFields(Utf8JsonWriter json, IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.HasPresence && !field.Accessor.HasValue(message) ? null : field.Accessor.GetValue(message);
            if (TryWriteTime(json, field, value))
            {
                continue;
            }

            json.WritePropertyName(field.Name);
            if (field.IsRepeated)
            {
                json.WriteStartArray();
                foreach (var item in (System.Collections.IList)value!)
                {
                    WriteValue(json, field, item);
                }

                json.WriteEndArray();
            }
            else
            {
                WriteValue(json, field, value);
            }
        }
    }

    /// <summary>Receipts are short, and have milliseconds; other times are seconds.</summary>
    private static bool TryWriteTime(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        if (field.FieldType != FieldType.Message)
        {
            return false;
        }

        if (field.MessageType == Timestamp.Descriptor)
        {
            json.WriteNumber("unix_milliseconds", (value as Timestamp)?.ToDateTimeOffset().ToUnixTimeMilliseconds() ?? 0);
            return true;
        }

        if (field.MessageType != Duration.Descriptor)
        {
            return false;
        }

        var time = (value as Duration)?.ToTimeSpan() ?? TimeSpan.Zero;
        var name = field.Name == Time ? "" : field.Name.EndsWith($"_{Time}", StringComparison.Ordinal) ? field.Name[..^Time.Length] : $"{field.Name}_";
        if (field.ContainingType == ReclaimReceipt.Descriptor)
        {
            json.WriteNumber($"{name}milliseconds", time.TotalMilliseconds);
        }
        else
        {
            json.WriteNumber($"{name}seconds", time.TotalSeconds);
        }

        return true;
    }

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case IMessage message:
                Write(json, message);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double number:
                json.WriteNumberValue(double.IsFinite(number) ? number : 0);
                break;
            case float number:
                json.WriteNumberValue(float.IsFinite(number) ? number : 0);
                break;
            case ReclaimVerdict verdict: // Receipts have it in the spelling of C#, on the command line too.
                json.WriteStringValue(verdict.ToString());
                break;
            case System.Enum word:
                json.WriteStringValue(EnumWords.Of(word));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case IConvertible number:
                json.WriteNumberValue(number.ToInt64(null));
                break;
            default:
                throw new NotSupportedException($"{field.FullName} has a type that is not written.");
        }
    }
}
