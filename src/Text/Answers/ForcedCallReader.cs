using System.Text;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>Takes an answer that can be nothing but a call, because its tokens are held to that.</summary>
/// <param name="function">The function whose arguments the answer is; empty when the answer names it.</param>
internal sealed class ForcedCallReader(string function) : IAnswerReader
{
    private readonly StringBuilder _held = new();
    private bool _hasBegun;

    public void Add(string text, List<AnswerPiece> pieces)
    {
        if (function.Length == 0)
        {
            _held.Append(text);
            return;
        }

        if (!_hasBegun)
        {
            _hasBegun = true;
            pieces.Add(new AnswerPiece(AnswerPart.CallName, function));
        }

        if (text.Length > 0)
        {
            pieces.Add(new AnswerPiece(AnswerPart.CallArguments, text));
        }
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        var writer = new PieceWriter();
        if (FunctionCall.ParseAll(_held.ToString()) is [var call])
        {
            writer.Write(call);
        }
        else
        {
            writer.Write(AnswerPart.Content, _held.ToString()); // Cut short by its length.
        }

        writer.MoveTo(pieces);
    }
}
