using System.Buffers;
using System.Text;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Engine.Generation;

/// <summary>Tells whether a token would complete a bad word, wherever token borders fall within the word.</summary>
internal sealed class BadWordFilter(IReadOnlyList<string> words, ModelTokenizer tokenizer, bool skipSpecialTokens)
{
    // Each token of a word stands for at least one of its bytes.
    private readonly int _longest = words.Max(Encoding.UTF8.GetByteCount);

    // Searches for all words at once: the time does not grow with their number.
    private readonly SearchValues<string> _words = SearchValues.Create([.. words], StringComparison.Ordinal);

    /// <param name="generated">The answer so far, which has none of the words.</param>
    public bool IsCompletedBy(IEnumerable<int> generated, int token)
    {
        var text = tokenizer.Decode([.. generated.TakeLast(_longest - 1), token], skipSpecialTokens);
        return text.AsSpan().ContainsAny(_words);
    }
}
