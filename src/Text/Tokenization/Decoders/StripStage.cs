namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Removes up to so many of one character at the ends of each token.</summary>
internal sealed class StripStage(char content, int start, int stop) : IDecoderStage
{
    public void Push(string text, List<string> output)
    {
        var first = 0;
        while (first < Math.Min(start, text.Length) && text[first] == content)
        {
            first++;
        }

        var end = text.Length;
        while (end > first && text.Length - end < stop && text[end - 1] == content)
        {
            end--;
        }

        output.Add(text[first..end]);
    }

    public void Complete(List<string> output)
    {
    }
}
