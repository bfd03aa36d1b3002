namespace LmDeploy.Answers;

/// <summary>Takes an answer that can be nothing but a call, because its tokens were held to that.</summary>
/// <param name="function">The function, of which the answer is the arguments; null when the answer names it.</param>
internal sealed class ForcedCallReader(string? function) : IAnswerReader
{
    private string _held = "";
    private bool _hasBegun;

    public void Add(string text, List<AnswerPiece> pieces)
    {
        if (function is null)
        {
            _held += text;
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
        if (FunctionCall.ParseAll(_held) is [var call])
        {
            pieces.Add(new AnswerPiece(AnswerPart.CallName, call.Name));
            pieces.Add(new AnswerPiece(AnswerPart.CallArguments, call.Arguments));
        }
        else if (_held.Length > 0)
        {
            pieces.Add(new AnswerPiece(AnswerPart.Content, _held)); // Cut short by its length.
        }
    }
}
