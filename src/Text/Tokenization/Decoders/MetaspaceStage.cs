using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space; in the first token it is dropped where encoding may have put it.</summary>
internal sealed class MetaspaceStage(char replacement, PrependScheme prepend) : IDecoderStage
{
    private bool _isFirst = true;

    public void Push(string text, List<string> output)
    {
        var drops = _isFirst && prepend != PrependScheme.Never;
        output.Add(text.Replace(replacement.ToString(), drops ? "" : " ", StringComparison.Ordinal));
        _isFirst = false;
    }

    public void Complete(List<string> output) => _isFirst = true;
}
