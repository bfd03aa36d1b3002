using System.Text.Json;

namespace LmDeploy.Text.Errors;

/// <summary>Says where a file stops being JSON, with lines that count from 1 as editors do.</summary>
internal static class JsonLine
{
    /// <summary>The line; null where it is unknown.</summary>
    public static int? Of(JsonException? error) => error?.LineNumber is { } line ? (int)Math.Min(line, int.MaxValue - 1) + 1 : null;

    /// <summary>What is wrong, behind the line, without the place that .NET counts from 0.</summary>
    public static string Describe(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var problem = end < 0 ? error.Message : error.Message[..end];
        return Of(error) is { } line ? $"line {line}: {problem}" : problem;
    }
}
