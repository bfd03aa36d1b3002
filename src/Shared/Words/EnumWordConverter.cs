using System.Text.Json;
using System.Text.Json.Serialization;

namespace LmDeploy.Words;

/// <summary>Reads and writes an enumeration in JSON by its words. The empty text is its zero.</summary>
internal sealed class EnumWordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var word = reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException($"Expected a word of {typeof(T).Name}, got {reader.TokenType}.");
        return word.Length == 0 ? default
            : EnumWords.TryParse<T>(word, out var value) ? value
            : throw new JsonException(EnumWords.Problem(typeof(T).Name, typeof(T), word));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumWords.Of(value));
}
