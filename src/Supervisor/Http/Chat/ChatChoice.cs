using System.Text;
using LmDeploy.Answers;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>One answer of a chat as far as it has come. Not thread-safe.</summary>
internal sealed class ChatChoice(int index, IAnswerReader reader)
{
    private readonly List<AnswerPiece> _pieces = [];
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<ToolCall> _calls = [];

    public int Index => index;

    public string Content => _content.ToString();

    public string Reasoning => _reasoning.ToString();

    public IReadOnlyList<ToolCall> Calls => _calls;

    /// <summary>The log-probabilities of its tokens, when asked for.</summary>
    public List<ChosenToken> Logprobs { get; } = [];

    /// <summary>Tokens of what was thought, as far as that is over.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Null while it goes on.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>What of the request is not kept to.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    /// <summary>Takes what was generated.</summary>
    /// <returns>What it comes to; valid until the next call.</returns>
    public IReadOnlyList<AnswerPiece> Take(GenerationDelta delta)
    {
        _pieces.Clear();
        reader.Add(delta.Text, _pieces);
        Logprobs.AddRange(ChosenToken.Of(delta));
        Keep();
        ReasoningTokens += _content.Length == 0 && _calls.Count == 0 && _reasoning.Length > 0 ? delta.TokenIds.Count : 0;
        return _pieces;
    }

    /// <summary>Takes the end.</summary>
    /// <returns>What was held back.</returns>
    public IReadOnlyList<AnswerPiece> Finish(GenerationFinished finished)
    {
        _pieces.Clear();
        reader.Finish(_pieces);
        Keep();
        FinishReason = finished.Reason == V1.FinishReason.Length ? "length" : _calls.Count > 0 ? "tool_calls" : "stop";
        return _pieces;
    }

    public string IdOf(int call) => _calls[call].Id;

    private void Keep()
    {
        foreach (var piece in _pieces)
        {
            switch (piece.Part)
            {
                case AnswerPart.Content:
                    _content.Append(piece.Text);
                    break;
                case AnswerPart.Reasoning:
                    _reasoning.Append(piece.Text);
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
}
