using System.Text.Json;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Input;

/// <summary>Reads files of one JSON object a line. A bad line does not keep the others from being read; empty lines are skipped.</summary>
internal static class InputFile
{
    /// <summary>The path that stands for standard input.</summary>
    public const string Piped = "-";

    private const string NoId = "null";
    private const string BadLine = "invalid_request";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="path">The file; <see cref="Piped"/> for what is piped in.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="parse">Makes what a line asks for; throws <see cref="FormatException"/> when the line does not fit.</param>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static IReadOnlyList<InputLine<T>> Read<T>(string path, StandardInput input, Func<JsonElement, T> parse)
        where T : class
    {
        ReadOnlyMemory<byte> rest = path == Piped ? input.ReadBytes() : ReadBytes(path);
        path = path == Piped ? "standard input" : path;
        rest = rest.Span.StartsWith(ByteOrderMark) ? rest[ByteOrderMark.Length..] : rest;
        var lines = new List<InputLine<T>>();
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).Length > 0)
            {
                lines.Add(ReadLine(path, number, line, parse));
            }
        }

        return lines;
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static InputLine<T> ReadLine<T>(string path, int number, ReadOnlyMemory<byte> line, Func<JsonElement, T> parse)
        where T : class
    {
        var id = NoId;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"a line must be a JSON object, this is {root.Describe()}");
            }

            id = root.TryGetProperty("id", out var value) ? value.GetRawText() : NoId;
            return new InputLine<T>(number, id, parse(root), null);
        }
        catch (JsonException e)
        {
            return Bad($"not valid JSON at byte {e.BytePositionInLine + 1}: {e.Message.Split(" LineNumber:")[0]}");
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return Bad(e is ArgumentException ? e.Message.Split(" (Parameter")[0] : e.Message);
        }
        catch (InvalidOperationException e)
        {
            // Strings that are read may hold half of a surrogate pair, which has no UTF-8 form.
            return Bad($"not valid text: {e.Message}");
        }

        InputLine<T> Bad(string message)
            => new(number, id, null, new CallError(BadLine, $"{path}:{number}: {message.ReplaceLineEndings(" ")}", $"{path}:{number}"));
    }
}
