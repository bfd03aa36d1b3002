
namespace LmDeploy.Text.Answers;

/// <summary>Splits the text of one answer into its parts as it comes. However the text is cut, the parts are the same. Not thread-safe.</summary>
internal interface IAnswerReader
{
    /// <summary>Takes more text.</summary>
    /// <param name="text">What follows what came before.</param>
    /// <param name="pieces">Gets what is certain by now, in order.</param>
    void Add(string text, List<AnswerPiece> pieces);

    /// <summary>Takes the place of a special token that is not shown.</summary>
    void AddHidden()
    {
        // Most formats have no use for it.
    }

    /// <summary>Takes the end of the text.</summary>
    /// <param name="pieces">Gets what was held back.</param>
    void Finish(List<AnswerPiece> pieces);
}
