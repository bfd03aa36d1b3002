using System.Text.Json;
using LmDeploy.V1;
using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>
/// Turns the pieces of one answer into updates: text and thoughts as they come, each call when it is whole, the reason and the usage at the end. Not
/// thread-safe.
/// </summary>
internal sealed class ChatAnswer(string model)
{
    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly DateTimeOffset _created = DateTimeOffset.UtcNow;
    private readonly List<(string Name, string Arguments)> _calls = [];
    private readonly List<TextContent> _texts = [];
    private readonly List<TextReasoningContent> _thoughts = [];
    private int _cached;

    public IEnumerable<ChatResponseUpdate> Take(Response piece)
    {
        _cached = Math.Max(_cached, piece.CachedTokens);
        List<AIContent> contents = [.. piece.Pieces.Select(Content).OfType<AIContent>()];
        if (contents.Count > 0)
        {
            yield return Update(contents);
        }

        if (piece.FinishReason is { } reason)
        {
            var end = Update([.. _calls.Select(Call)]);
            end.FinishReason = reason == FinishReason.Length ? ChatFinishReason.Length : _calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
            yield return end;
            yield return Update([new UsageContent(UsageOf(piece))]);
        }
    }

    private static FunctionCallContent Call((string Name, string Arguments) call) =>
        FunctionCallContent.CreateFromParsedArguments(
            call.Arguments,
            $"call_{Guid.NewGuid():n}",
            call.Name,
            arguments => JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments, AIJsonUtilities.DefaultOptions));

    private AIContent? Content(AnswerPiece piece)
    {
        switch (piece.Part)
        {
            case AnswerPart.Content:
                _texts.Add(new TextContent(piece.Text));
                return _texts[^1];
            case AnswerPart.Reasoning:
                _thoughts.Add(new TextReasoningContent(piece.Text));
                return _thoughts[^1];
            case AnswerPart.ContentWasReasoning:
                return TakeContentBack();
            case AnswerPart.CallName:
                _calls.Add((piece.Text, ""));
                return null;
            default:
                _calls[piece.Call] = (_calls[piece.Call].Name, _calls[piece.Call].Arguments + piece.Text);
                return null;
        }
    }

    /// <summary>Empties the texts so far: they were reasoning. A reader of the stream has seen them.</summary>
    /// <returns>That thought.</returns>
    private TextReasoningContent TakeContentBack()
    {
        var thought = string.Concat(_texts.Select(text => text.Text)).Trim();
        _texts.ForEach(text => text.Text = "");
        _texts.Clear();
        _thoughts.Add(new TextReasoningContent(_thoughts.Count > 0 ? "\n" + thought : thought));
        return _thoughts[^1];
    }

    private UsageDetails UsageOf(Response last) => new()
    {
        InputTokenCount = last.InputTokenLen,
        OutputTokenCount = last.GenerateTokenLen,
        TotalTokenCount = last.InputTokenLen + last.GenerateTokenLen,
        CachedInputTokenCount = _cached,
        ReasoningTokenCount = last.ReasoningTokenLen,
    };

    private ChatResponseUpdate Update(IList<AIContent> contents)
        => new(ChatRole.Assistant, contents) { MessageId = _id, ResponseId = _id, ModelId = model, CreatedAt = _created };
}
