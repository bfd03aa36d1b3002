namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Removes up to so many of one character at the ends of the fused text; holds back what may be at its end.</summary>
internal sealed class StripInTextStage(char content, int start, int stop) : IDecoderStage
{
    private int _skipped;
    private int _held;

    public void Push(string text, List<string> output)
    {
        var first = 0;
        while (first < text.Length && _skipped < start)
        {
            if (text[first] != content)
            {
                _skipped = start;
                break;
            }

            first++;
            _skipped++;
        }

        var pending = new string(content, _held) + text[first..];
        var end = pending.Length;
        while (end > 0 && pending.Length - end < stop && pending[end - 1] == content)
        {
            end--;
        }

        _held = pending.Length - end;
        output.Add(pending[..end]);
    }

    public void Complete(List<string> output)
    {
        _skipped = 0;
        _held = 0;
    }
}
