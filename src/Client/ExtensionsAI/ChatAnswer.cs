using System.Text.Json;
using LmDeploy.Answers;
using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>Turns the pieces of one answer into updates: text and thoughts as they come, each call when it is whole, the reason and the usage at the end. Not thread-safe.</summary>
internal sealed class ChatAnswer(string model, IAnswerReader reader)
{
    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly DateTimeOffset _created = DateTimeOffset.UtcNow;
    private readonly List<AnswerPiece> _pieces = [];
    private readonly List<(string Name, string Arguments)> _calls = [];
    private int _cached;
    private int _thinking;
    private bool _hasThought;
    private bool _hasAnswered;

    /// <exception cref="LmDeployException">The prompt failed.</exception>
    public IEnumerable<ChatResponseUpdate> Take(Response piece)
    {
        if (piece.ErrorCode is { } code)
        {
            throw new LmDeployException(code, piece.ErrorMessage ?? "");
        }

        _cached = Math.Max(_cached, piece.CachedTokens);
        _pieces.Clear();
        reader.Add(piece.Text, _pieces);
        if (piece.FinishReason is not null)
        {
            reader.Finish(_pieces);
        }

        List<AIContent> contents = [.. _pieces.Select(Content).OfType<AIContent>()];
        _hasAnswered |= contents.Exists(content => content is TextContent) || _calls.Count > 0;
        _hasThought |= contents.Exists(content => content is TextReasoningContent);
        _thinking += _hasAnswered ? 0 : piece.TokenIds.Count;
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
        FunctionCallContent.CreateFromParsedArguments(call.Arguments, $"call_{Guid.NewGuid():n}", call.Name, arguments => JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments, AIJsonUtilities.DefaultOptions));

    private AIContent? Content(AnswerPiece piece)
    {
        switch (piece.Part)
        {
            case AnswerPart.Content:
                return new TextContent(piece.Text);
            case AnswerPart.Reasoning:
                return new TextReasoningContent(piece.Text);
            case AnswerPart.CallName:
                _calls.Add((piece.Text, ""));
                return null;
            default:
                _calls[piece.Call] = (_calls[piece.Call].Name, _calls[piece.Call].Arguments + piece.Text);
                return null;
        }
    }

    private UsageDetails UsageOf(Response last) => new()
    {
        InputTokenCount = last.InputTokenLen,
        OutputTokenCount = last.GenerateTokenLen,
        TotalTokenCount = last.InputTokenLen + last.GenerateTokenLen,
        CachedInputTokenCount = _cached,
        ReasoningTokenCount = _hasThought ? _thinking : 0,
    };

    private ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents) { MessageId = _id, ResponseId = _id, ModelId = model, CreatedAt = _created };
}
