using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads a file that is one JSON array, as the elements of which questions are read.</summary>
internal static class JsonArray
{
    /// <summary>Whether a text begins as an array does.</summary>
    public static bool IsArray(ReadOnlySpan<byte> text) => text.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];

    /// <summary>The elements, each with the line that it begins on.</summary>
    /// <exception cref="DatasetFormatException">The array is malformed.</exception>
    public static IReadOnlyList<JsonLine> Read(string path, ReadOnlyMemory<byte> text)
    {
        var elements = new List<JsonLine>();
        try
        {
            var reader = new Utf8JsonReader(text.Span);
            reader.Read();
            for (var (line, position) = (1, 0); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
            {
                var begin = (int)reader.TokenStartIndex;
                line += text.Span[position..begin].Count((byte)'\n');
                position = begin;
                reader.Skip();
                elements.Add(new JsonLine(line, text[begin..(int)reader.BytesConsumed], "an element of the array") { Place = elements.Count + 1 });
            }

            reader.Read();
        }
        catch (JsonException e)
        {
            throw new DatasetFormatException(
                path, [new DatasetProblem { File = path, Line = (int)(e.LineNumber ?? 0) + 1, Message = DatasetReading.Explain(e)! }]);
        }

        return elements;
    }
}
