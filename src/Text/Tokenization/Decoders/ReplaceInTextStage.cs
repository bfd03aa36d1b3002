namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Replaces a string in the fused text; holds back an end that may be the beginning of the string.</summary>
internal sealed class ReplaceInTextStage(string literal, string content) : IDecoderStage
{
    private string _held = "";

    public void Push(string text, List<string> output)
    {
        var pending = _held + text;
        var lastMatch = -1;
        for (var match = Find(pending, 0); match >= 0; match = Find(pending, match + literal.Length))
        {
            lastMatch = match;
        }

        var settled = Math.Max(lastMatch < 0 ? 0 : lastMatch + literal.Length, pending.Length - literal.Length + 1);
        while (settled < pending.Length && !literal.StartsWith(pending[settled..], StringComparison.Ordinal))
        {
            settled++;
        }

        _held = pending[settled..];
        output.Add(pending[..settled].Replace(literal, content, StringComparison.Ordinal));
    }

    public void Complete(List<string> output)
    {
        output.Add(_held);
        _held = "";
    }

    private int Find(string text, int start) => text.IndexOf(literal, start, StringComparison.Ordinal);
}
