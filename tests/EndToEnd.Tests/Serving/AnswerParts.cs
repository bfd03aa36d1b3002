using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What a caller has of an answer.</summary>
/// <param name="Calls">Each with its arguments, without white space.</param>
internal sealed record AnswerParts(string Content, string Reasoning, string Calls, string FinishReason)
{
    public static AnswerParts Of(JsonElement choice)
    {
        var message = choice.GetProperty("message");
        var calls = message.TryGetProperty("tool_calls", out var given) ? given.EnumerateArray().Select(call => call.GetProperty("function")) : [];
        return new AnswerParts(
            message.GetProperty("content").GetString() ?? "",
            message.TryGetProperty("reasoning_content", out var reasoning) ? reasoning.GetString()! : "",
            string.Join(' ', calls.Select(call => call.GetProperty("name").GetString() + Compact(call.GetProperty("arguments").GetString()!))),
            choice.GetProperty("finish_reason").GetString()!);
    }

    public static AnswerParts Of(ChatResponse response)
    {
        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        return new AnswerParts(
            response.Text,
            string.Concat(contents.OfType<TextReasoningContent>().Select(thought => thought.Text)),
            string.Join(' ', contents.OfType<FunctionCallContent>().Select(call => call.Name + Compact(JsonSerializer.Serialize(call.Arguments)))),
            response.FinishReason!.Value.Value);
    }

    public static string Compact(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));
}
