using System.Text;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>Collects the pieces of an answer. Text that follows text of the same part becomes one piece with it. Not thread-safe.</summary>
internal sealed class PieceWriter
{
    private readonly List<AnswerPiece> _pieces = [];
    private readonly StringBuilder _run = new();
    private AnswerPart _part;

    /// <summary>Calls that were written so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Writes content or reasoning.</summary>
    public void Write(AnswerPart part, ReadOnlySpan<char> text)
    {
        if (part != _part)
        {
            EndRun();
            _part = part;
        }

        _run.Append(text);
    }

    public void Write(FunctionCall call)
    {
        EndRun();
        _pieces.Add(new AnswerPiece(AnswerPart.CallName, call.Name, Calls));
        _pieces.Add(new AnswerPiece(AnswerPart.CallArguments, call.Arguments, Calls++));
    }

    /// <summary>Makes reasoning of all content so far.</summary>
    public void TakeContentBack()
    {
        EndRun();
        _pieces.Add(new AnswerPiece(AnswerPart.ContentWasReasoning, ""));
    }

    /// <summary>Hands on what was written since the last time.</summary>
    public void MoveTo(List<AnswerPiece> pieces)
    {
        EndRun();
        pieces.AddRange(_pieces);
        _pieces.Clear();
    }

    private void EndRun()
    {
        if (_run.Length > 0)
        {
            _pieces.Add(new AnswerPiece(_part, _run.ToString()));
            _run.Clear();
        }
    }
}
