
namespace LmDeploy.Text.Answers;

/// <summary>Takes everything as content.</summary>
internal sealed class PlainReader : IAnswerReader
{
    public void Add(string text, List<AnswerPiece> pieces)
    {
        if (text.Length > 0)
        {
            pieces.Add(new AnswerPiece(AnswerPart.Content, text));
        }
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        // Nothing is held back.
    }
}
