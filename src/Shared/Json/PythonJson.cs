using System.Text.Json;

namespace LmDeploy.Json;

/// <summary>Reads JSON as Python's json module writes it: with NaN, Infinity and -Infinity, which JSON itself does not have.</summary>
internal static class PythonJson
{
    /// <summary>Infinity becomes a number that is read as one, NaN the text "NaN": who asks for a number there is told.</summary>
    /// <exception cref="JsonException">It is no JSON but for these words.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, JsonDocumentOptions options = default) =>
        json.Span.IndexOf("NaN"u8) < 0 && json.Span.IndexOf("Infinity"u8) < 0
            ? JsonDocument.Parse(json, options)
            : JsonDocument.Parse(Replace(json.Span), options);

    private static byte[] Replace(ReadOnlySpan<byte> json)
    {
        var result = new List<byte>(json.Length + 16);
        var isText = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (isText && json[i] == '\\' && i + 1 < json.Length)
            {
                result.Add(json[i++]);
            }
            else if (json[i] == '"')
            {
                isText = !isText;
            }
            else if (!isText && Word(json[i..]) is var (length, value) && length > 0)
            {
                result.AddRange(value);
                i += length - 1;
                continue;
            }

            result.Add(json[i]);
        }

        return [.. result];
    }

    private static (int Length, byte[] Value) Word(ReadOnlySpan<byte> json) =>
        json.StartsWith("NaN"u8) ? (3, "\"NaN\""u8.ToArray()) : json.StartsWith("Infinity"u8) ? (8, "1e999"u8.ToArray()) : (0, []);
}
