using System.Buffers;
using System.Text;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Engine.Generation;

<<<<<<< HEAD
/// <summary>Tells whether a token would complete a bad word, wherever token borders fall within the word.</summary>
internal sealed class BadWordFilter(IReadOnlyList<string> words, Tokenizer tokenizer, bool skipSpecialTokens)
=======
/// <summary>Knows the tokens that would complete a text which the answer must not have, whatever the borders of its tokens.</summary>
internal sealed class BadWordFilter(IReadOnlyList<string> words, ModelTokenizer tokenizer, bool skipSpecialTokens)
>>>>>>> 0d5402a560fb0869355188dc8dc7f4de8b29e30c
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
