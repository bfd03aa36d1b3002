namespace LmDeploy.Answers;

/// <summary>Takes the text of one answer as it comes and tells its parts apart. Not thread-safe.</summary>
internal interface IAnswerReader
{
    /// <summary>Takes more text.</summary>
    /// <param name="text">What follows what came before.</param>
    /// <param name="pieces">Gets what is certain by now, in order.</param>
    void Add(string text, List<AnswerPiece> pieces);

    /// <summary>Takes the end of the text.</summary>
    /// <param name="pieces">Gets what was held back.</param>
    void Finish(List<AnswerPiece> pieces);
}
