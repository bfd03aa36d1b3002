namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Joins WordPiece tokens: one with the prefix goes on with the word, another one begins a new word.</summary>
/// <param name="cleansUp">Whether the spaces before punctuation and before English endings go, in each token.</param>
internal sealed class WordPieceStage(string prefix, bool cleansUp) : IDecoderStage
{
    private static readonly (string Spaced, string Plain)[] _endings =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"),
        (" 've", "'ve"), (" 're", "'re"),
    ];

    private bool _isFirst = true;

    public void Push(string text, List<string> output)
    {
        text = _isFirst ? text : text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : $" {text}";
        _isFirst = false;
        output.Add(cleansUp ? CleanUp(text) : text);
    }

    public void Complete(List<string> output) => _isFirst = true;

    private static string CleanUp(string text)
        => _endings.Aggregate(text, (clean, ending) => clean.Replace(ending.Spaced, ending.Plain, StringComparison.Ordinal));
}
