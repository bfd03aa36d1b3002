using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>Turns the tokens of one answer into what its deltas say. Not thread-safe.</summary>
internal interface IAnswerOutput
{
    /// <summary>The stop word that was found; null while there is none.</summary>
    string? StopWord { get; }

    /// <summary>Whether the answer ends here, because of a stop word or for another reason.</summary>
    bool IsOver { get; }

    /// <summary>Tokens of what the model thought before it answered.</summary>
    int ReasoningTokens { get; }

    /// <summary>Takes a token.</summary>
    /// <param name="id">The token's id.</param>
    /// <param name="isShown">Whether it counts as text: a stop token does not.</param>
    /// <param name="looksForStopWords">Whether stop words end the answer by now.</param>
    /// <param name="delta">Gets what is certain with it.</param>
    void Append(int id, bool isShown, bool looksForStopWords, GenerationDelta delta);

    /// <summary>Ends an answer that is not <see cref="IsOver"/>.</summary>
    /// <param name="looksForStopWords">Whether stop words end the answer by now.</param>
    /// <param name="delta">Gets what was held back.</param>
    void Finish(bool looksForStopWords, GenerationDelta delta);
}
