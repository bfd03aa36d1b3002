using LmDeploy.Text;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>An answer as one text.</summary>
internal sealed class TextOutput(IncrementalDecoder decoder, StopWordMatcher stopWords) : IAnswerOutput
{
    public string? StopWord => stopWords.Matched;

    public bool IsOver => stopWords.Matched is not null;

    public int ReasoningTokens => 0;

    public void Append(int id, bool isShown, bool looksForStopWords, GenerationDelta delta) =>
        delta.Text = isShown ? Match(decoder.Append(id), looksForStopWords) : "";

    public void Finish(bool looksForStopWords, GenerationDelta delta)
    {
        delta.Text = Match(decoder.Flush(), looksForStopWords);
        delta.Text += stopWords.Matched is null ? stopWords.Flush() : "";
    }

    private string Match(string text, bool looksForStopWords) => looksForStopWords ? stopWords.Append(text) : text;
}
