namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>
/// One step from tokens to text, at work on one sequence: it holds back what a later token may still change. After a
/// fusing stage the strings are no longer tokens but consecutive parts of one text. Not safe for concurrent use.
/// </summary>
internal interface IDecoderStage
{
    /// <summary>Takes the next string and adds what is certain by now to <paramref name="output"/>.</summary>
    void Push(string text, List<string> output);

    /// <summary>Ends the sequence: adds what was held back. The stage can then begin another sequence.</summary>
    void Complete(List<string> output);
}
