using System.Text;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>One answer of a chat as far as it has come. Not thread-safe.</summary>
internal sealed class ChatChoice(int index)
{
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<ToolCall> _calls = [];

    public int Index => index;

    public string Content => _content.ToString();

    public string Reasoning => _reasoning.ToString();

    public IReadOnlyList<ToolCall> Calls => _calls;

    /// <summary>The log-probabilities of its tokens, when asked for.</summary>
    public List<ChosenToken> Logprobs { get; } = [];

    /// <summary>Tokens of what was thought, once the answer has ended.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Null while it goes on.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>Warnings: parts of the request that are not honoured.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    /// <summary>Takes what was generated.</summary>
    public void Take(GenerationDelta delta)
    {
        Logprobs.AddRange(ChosenToken.Of(delta));
        foreach (var piece in delta.Pieces)
        {
            Keep(piece);
        }
    }

    /// <summary>Takes the end.</summary>
    public void Finish(GenerationFinished finished)
    {
        ReasoningTokens = finished.ReasoningTokenLen;
        FinishReason = finished.Reason == V1.FinishReason.Length ? "length" : _calls.Count > 0 ? "tool_calls" : "stop";
    }

    public string IdOf(int call) => _calls[call].Id;

    private void Keep(AnswerPiece piece)
    {
        switch (piece.Part)
        {
            case AnswerPart.Content:
                _content.Append(piece.Text);
                break;
            case AnswerPart.Reasoning:
                _reasoning.Append(piece.Text);
                break;
            case AnswerPart.ContentWasReasoning:
                _reasoning.Append(_reasoning.Length > 0 ? "\n" : "").Append(Content.Trim());
                _content.Clear();
                break;
            case AnswerPart.CallName:
                _calls.Add(new ToolCall(ApiIds.Create("call_"), piece.Text));
                break;
            default:
                _calls[piece.Call].Arguments.Append(piece.Text);
                break;
        }
    }
}
