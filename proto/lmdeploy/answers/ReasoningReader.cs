namespace LmDeploy.Answers;

/// <summary>
/// Tells what a model thinks, between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>, from its answer, which another reader takes. White space around the
/// two is dropped. The first word is only looked for where the answer begins.
/// </summary>
/// <param name="isThinking">Whether the prompt ended with the first word.</param>
/// <param name="answer">Takes what comes after.</param>
internal sealed class ReasoningReader(bool isThinking, IAnswerReader answer) : IAnswerReader
{
    private State _state = isThinking ? State.Thinking : State.Beginning;
    private bool _hasThought;
    private string _held = "";

    private enum State
    {
        Beginning,
        Thinking,
        Thought,
        Answering,
    }

    public void Add(string text, List<AnswerPiece> pieces)
    {
        _held += text;
        if (_state == State.Beginning)
        {
            Begin();
        }

        if (_state == State.Thinking)
        {
            Think(pieces);
        }

        if (_state == State.Thought)
        {
            _held = _held.TrimStart();
            _state = _held.Length > 0 ? State.Answering : State.Thought;
        }

        if (_state == State.Answering && _held.Length > 0)
        {
            answer.Add(_held, pieces);
            _held = "";
        }
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        if (_state == State.Thinking)
        {
            AddThought(_held.TrimEnd(), pieces);
        }
        else if (_state == State.Beginning)
        {
            answer.Add(_held, pieces);
        }

        answer.Finish(pieces);
    }

    private void Begin()
    {
        var begun = _held.TrimStart();
        if (begun.StartsWith(Markers.ThinkBegin, StringComparison.Ordinal))
        {
            _held = begun[Markers.ThinkBegin.Length..];
            _state = State.Thinking;
        }
        else if (!Markers.ThinkBegin.StartsWith(begun, StringComparison.Ordinal))
        {
            _state = State.Answering;
        }
    }

    private void Think(List<AnswerPiece> pieces)
    {
        if (_held.IndexOf(Markers.ThinkEnd, StringComparison.Ordinal) is var end and >= 0)
        {
            AddThought(_held[..end].TrimEnd(), pieces);
            _held = _held[(end + Markers.ThinkEnd.Length)..];
            _state = State.Thought;
            return;
        }

        var certain = _held[..^Markers.Partial(_held, Markers.ThinkEnd)].TrimEnd();
        AddThought(certain, pieces);
        _held = _held[certain.Length..];
    }

    private void AddThought(string text, List<AnswerPiece> pieces)
    {
        text = _hasThought ? text : text.TrimStart();
        if (text.Length > 0)
        {
            _hasThought = true;
            pieces.Add(new AnswerPiece(AnswerPart.Reasoning, text));
        }
    }
}
