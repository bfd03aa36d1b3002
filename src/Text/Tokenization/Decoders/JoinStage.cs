namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Puts a space between tokens, as happens where tokenizer.json names no decoder.</summary>
internal sealed class JoinStage : IDecoderStage
{
    private bool _isFirst = true;

    public void Push(string text, List<string> output)
    {
        output.Add(_isFirst ? text : " " + text);
        _isFirst = false;
    }

    public void Complete(List<string> output) => _isFirst = true;
}
