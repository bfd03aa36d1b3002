namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>The stages that a sequence of tokens goes through, one after the other. Not safe for concurrent use.</summary>
internal sealed class DecoderChain(IReadOnlyList<IDecoderStage> stages)
{
    /// <summary>The text that is certain after this token; empty where more tokens are needed.</summary>
    public string Push(string token)
    {
        var strings = new List<string> { token };
        foreach (var stage in stages)
        {
            var output = new List<string>();
            foreach (var text in strings)
            {
                stage.Push(text, output);
            }

            strings = output;
        }

        return string.Concat(strings);
    }

    /// <summary>Ends the sequence and returns the rest of its text.</summary>
    public string Complete()
    {
        var strings = new List<string>();
        foreach (var stage in stages)
        {
            var output = new List<string>();
            foreach (var text in strings)
            {
                stage.Push(text, output);
            }

            stage.Complete(output);
            strings = output;
        }

        return string.Concat(strings);
    }
}
