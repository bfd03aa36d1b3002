using System.Text.Json.Nodes;
using LmDeploy.Evaluation.Comparison.Journal;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>A question that is being answered, turn by turn.</summary>
internal sealed class OpenAnswer(DatasetItem item)
{
    private readonly List<Response> _answers = [];
    private ResponseBuilder _turn = new();
    private TimeSpan? _firstToken;
    private TimeSpan _latency;

    /// <summary>What to ask next.</summary>
    public Prompt Prompt { get; private set; } = item.Prompt;

    public bool IsFinished { get; private set; }

    /// <param name="piece">The next piece of the turn's answer.</param>
    /// <param name="elapsed">Since the turn was asked.</param>
    public void Take(Response piece, TimeSpan elapsed)
    {
        _turn.Append(piece);
        if (piece.GenerateTokenLen > 0)
        {
            _firstToken ??= elapsed;
        }

        if (piece.FinishReason is not null)
        {
            _latency = elapsed;
            EndTurn(_turn.Build());
        }
    }

    public JournalEntry ToEntry(string model, TimeSpan at) =>
        new JournalEntry.Answer(model, item.Id, [.. _answers.Select(AnswerRecord.Of)], _firstToken, _latency, at);

    private void EndTurn(Response answer)
    {
        _answers.Add(answer);
        if (answer.ErrorCode is not null || _answers.Count > item.FollowUps.Count)
        {
            IsFinished = true;
            return;
        }

        Prompt = FollowUp(Prompt, answer.Text, item.FollowUps[_answers.Count - 1]);
        _turn = new ResponseBuilder();
        _firstToken = null;
    }

    private static Prompt FollowUp(Prompt prompt, string answer, string next)
    {
        var messages = prompt.MessagesJson is { } json ? JsonNode.Parse(json)!.AsArray() : [Message("user", prompt.Text)];
        messages.Add(Message("assistant", answer));
        messages.Add(Message("user", next));
        return Prompt.FromMessagesJson(messages.ToJsonString()) with { Tools = prompt.Tools, TemplateArguments = prompt.TemplateArguments };
    }

    private static JsonNode Message(string role, string? content) => new JsonObject { ["role"] = role, ["content"] = content };
}
