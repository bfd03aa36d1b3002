using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>One line of <c>score --input</c>: a prompt and what may follow it.</summary>
internal static class ScoreLine
{
    /// <param name="line">An object with one of <c>prompt</c>, <c>messages</c> and <c>input_ids</c>, and <c>continuations</c>: texts or arrays of token
    /// ids.</param>
    /// <param name="raw">Whether texts are taken without the chat template.</param>
    public static LogLikelihoodInput Parse(JsonElement line, bool raw)
    {
        const string name = "continuations";
        if (!line.Has(name))
        {
            throw new FormatException($"{name} is needed");
        }

        var continuations = line.GetProperty(name).Must(JsonValueKind.Array, name, "an array of texts or of arrays of token ids").EnumerateArray();
        return new LogLikelihoodInput(LinePrompts.Read(line, raw), [.. continuations.Select(value => value.ValueKind == JsonValueKind.Array
            ? Continuation.FromTokenIds(value.AsIds($"each of {name}"))
            : Continuation.FromText(value.AsText($"each of {name}")))]);
    }
}
