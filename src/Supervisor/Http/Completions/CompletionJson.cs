using System.Text.Json;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>Writes completions in OpenAI's form, whole or in pieces.</summary>
/// <param name="model">As the request called it.</param>
/// <param name="created">Seconds of Unix time.</param>
/// <param name="includesUsage">Whether the usage comes after the last piece, so that the others say that they have none.</param>
/// <param name="logprobs">Writes log-probabilities; null when none were asked for.</param>
internal sealed class CompletionJson(string model, long created, bool includesUsage, CompletionLogprobs? logprobs)
{
    private readonly string _id = ApiIds.Create("cmpl-");

    public void WriteAnswer(Utf8JsonWriter json, IReadOnlyList<CompletionChoice> choices, TokenUsage usage)
    {
        WriteHead(json);
        foreach (var choice in choices)
        {
            WriteChoice(json, choice, choice.Text, 0, isFirst: true);
        }

        json.WriteEndArray();
        usage.Write(json);
        WarningsJson.Write(json, usage.Warnings);
        json.WriteEndObject();
    }

    /// <param name="text">What is new of the choice.</param>
    /// <param name="from">How many of its tokens were written before.</param>
    /// <param name="isFirst">Whether nothing was.</param>
    public void WritePiece(Utf8JsonWriter json, CompletionChoice choice, string text, int from, bool isFirst)
    {
        WriteHead(json);
        WriteChoice(json, choice, text, from, isFirst);
        json.WriteEndArray();
        if (includesUsage)
        {
            json.WriteNull("usage");
        }

        WarningsJson.Write(json, choice.FinishReason is null ? [] : choice.Started?.Warnings.ToArray() ?? []);
        json.WriteEndObject();
    }

    /// <summary>After the last piece of all choices.</summary>
    public void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        WriteHead(json);
        json.WriteEndArray();
        usage.Write(json);
        json.WriteEndObject();
    }

    private void WriteChoice(Utf8JsonWriter json, CompletionChoice choice, string text, int from, bool isFirst)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice.Index);
        json.WriteString("text", text);
        if (logprobs is null)
        {
            json.WriteNull("logprobs");
        }
        else
        {
            logprobs.Write(json, choice, from, isFirst);
        }

        json.WriteString("finish_reason", choice.FinishReason);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", "text_completion");
        json.WriteNumber("created", created);
        json.WriteString("model", model);
        json.WriteStartArray("choices");
    }
}
