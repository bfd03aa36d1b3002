using System.Text.Json;
using System.Text.Unicode;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>One line of a file of JSON objects.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">The line.</param>
/// <param name="What">How messages call it.</param>
internal sealed record JsonLine(int Number, ReadOnlyMemory<byte> Bytes, string What = "a line")
{
    /// <summary>Its place, from 1: what its question is called that has no name. Default: its number.</summary>
    public int Place { get; init; } = Number;

    /// <summary>A field that is written twice is an error: one of its values would be lost.</summary>
    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false };

    /// <summary>The lines of a file but those with nothing but white space, or the elements of the array that the file is.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be read.</exception>
    public static IReadOnlyList<JsonLine> ReadAll(string path)
    {
        var rest = DatasetFile.Read(path);
        if (JsonArray.IsArray(rest.Span))
        {
            return JsonArray.Read(path, rest);
        }

        var lines = new List<JsonLine>();
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                lines.Add(new JsonLine(number, line));
            }
        }

        return lines;
    }

    /// <summary>What is read from the line's object.</summary>
    /// <exception cref="FormatException">The line is no object.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public T Read<T>(Func<JsonElement, T> read)
    {
        if (!Utf8.IsValid(Bytes.Span))
        {
            throw new FormatException("not valid UTF-8");
        }

        using var document = JsonDocument.Parse(Bytes, _strict);
        return read(document.RootElement.Must(JsonValueKind.Object, What, "a JSON object"));
    }
}
