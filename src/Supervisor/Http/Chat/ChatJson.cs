using System.Text.Json;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>Writes answers to chats in OpenAI's form, whole or in pieces.</summary>
/// <param name="model">As the request called it.</param>
/// <param name="created">Seconds of Unix time.</param>
/// <param name="includesUsage">Whether the usage comes after the last piece, so that the others say that they have none.</param>
/// <param name="logprobs">Writes log-probabilities; null when none were asked for.</param>
internal sealed class ChatJson(string model, long created, bool includesUsage, LogprobsJson? logprobs)
{
    private readonly string _id = ApiIds.Create("chatcmpl-");

    public void WriteAnswer(Utf8JsonWriter json, IReadOnlyList<ChatChoice> choices, TokenUsage usage)
    {
        WriteHead(json, "chat.completion");
        foreach (var choice in choices)
        {
            json.WriteStartObject();
            json.WriteNumber("index", choice.Index);
            WriteMessage(json, choice);
            WriteLogprobs(json, choice.Logprobs);
            json.WriteString("finish_reason", choice.FinishReason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        usage.Write(json);
        WarningsJson.Write(json, usage.Warnings);
        json.WriteEndObject();
    }

    /// <summary>The first piece of an answer.</summary>
    public void WriteRole(Utf8JsonWriter json, ChatChoice choice) => WriteChunk(
        json,
        choice.Index,
        null,
        [],
        delta =>
        {
            delta.WriteString("role", "assistant");
            delta.WriteString("content", "");
        });

    public void WritePiece(Utf8JsonWriter json, ChatChoice choice, AnswerPiece piece, IReadOnlyList<ChosenToken> tokens) =>
        WriteChunk(json, choice.Index, null, tokens, delta => WritePiece(delta, choice, piece));

    /// <summary>The last piece of an answer.</summary>
    public void WriteFinish(Utf8JsonWriter json, ChatChoice choice, IReadOnlyList<ChosenToken> tokens) =>
        WriteChunk(json, choice.Index, choice.FinishReason, tokens, _ => { }, choice.Warnings);

    /// <summary>After the last piece of all answers.</summary>
    public void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        WriteHead(json, "chat.completion.chunk");
        json.WriteEndArray();
        usage.Write(json);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatChoice choice)
    {
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", choice.Content.Length == 0 && choice.Calls.Count > 0 ? null : choice.Content);
        json.WriteNull("refusal");
        if (choice.Reasoning.Length > 0)
        {
            json.WriteString("reasoning_content", choice.Reasoning);
        }

        if (choice.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in choice.Calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments.ToString());
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WritePiece(Utf8JsonWriter json, ChatChoice choice, AnswerPiece piece)
    {
        switch (piece.Part)
        {
            case AnswerPart.Content:
                json.WriteString("content", piece.Text);
                break;
            case AnswerPart.Reasoning:
                json.WriteString("reasoning_content", piece.Text);
                break;
            default:
                WriteCall(json, choice, piece);
                break;
        }
    }

    private static void WriteCall(Utf8JsonWriter json, ChatChoice choice, AnswerPiece piece)
    {
        var isName = piece.Part == AnswerPart.CallName;
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", piece.Call);
        if (isName)
        {
            json.WriteString("id", choice.Calls[piece.Call].Id);
            json.WriteString("type", "function");
        }

        json.WriteStartObject("function");
        if (isName)
        {
            json.WriteString("name", piece.Text);
        }

        json.WriteString("arguments", isName ? "" : piece.Text);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteChunk(
        Utf8JsonWriter json, int index, string? finishReason, IReadOnlyList<ChosenToken> tokens, Action<Utf8JsonWriter> writeDelta,
        IReadOnlyList<string>? warnings = null)
    {
        WriteHead(json, "chat.completion.chunk");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("delta");
        writeDelta(json);
        json.WriteEndObject();
        WriteLogprobs(json, tokens);
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includesUsage)
        {
            json.WriteNull("usage");
        }

        WarningsJson.Write(json, warnings ?? []);
        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<ChosenToken> tokens)
    {
        if (logprobs is null)
        {
            json.WriteNull("logprobs");
        }
        else
        {
            logprobs.Write(json, tokens);
        }
    }

    private void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteStartObject();
        json.WriteString("id", _id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created);
        json.WriteString("model", model);
        json.WriteStartArray("choices");
    }
}
