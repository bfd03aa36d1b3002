using LmDeploy.Worker.Sampling;
using LmDeploy.Worker.Tokenization;

namespace LmDeploy.Worker.Guided;

/// <summary>The bytes of all tokens, in an order in which those that begin alike are neighbours: a trie, laid out flat. Immutable.</summary>
internal sealed class GuideVocabulary
{
    private readonly byte[][] _bytes;
    private readonly int[] _sorted;

    // How many bytes each has in common with the one before it, in order.
    private readonly int[] _shared;

    /// <param name="bytes">The bytes of each id; none for an id that is never to be chosen.</param>
    public GuideVocabulary(IReadOnlyList<byte[]> bytes)
    {
        _bytes = [.. bytes];
        _sorted = [.. Enumerable.Range(0, _bytes.Length).Where(id => _bytes[id].Length > 0)];
        Array.Sort(_sorted, (one, two) => _bytes[one].AsSpan().SequenceCompareTo(_bytes[two]));
        _shared = new int[_sorted.Length];
        for (var i = 1; i < _sorted.Length; i++)
        {
            _shared[i] = _bytes[_sorted[i - 1]].AsSpan().CommonPrefixLength(_bytes[_sorted[i]]);
        }
    }

    /// <summary>The tokens as the first of a text and as the others, which is often the same.</summary>
    public static (GuideVocabulary First, GuideVocabulary Others) Of(Tokenizer tokenizer, int vocabularySize)
    {
        var ids = Enumerable.Range(0, Math.Min(vocabularySize, tokenizer.VocabularySize));
        byte[][] first = [.. ids.Select(id => tokenizer.BytesOf(id, isFirst: true))];
        byte[][] others = [.. ids.Select(id => tokenizer.BytesOf(id, isFirst: false))];
        var vocabulary = new GuideVocabulary(others);
        return (ids.All(id => first[id].AsSpan().SequenceEqual(others[id])) ? vocabulary : new GuideVocabulary(first), vocabulary);
    }

    /// <summary>None for an id that is never to be chosen.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => id >= 0 && id < _bytes.Length ? _bytes[id] : [];

    /// <summary>The tokens that may follow a state.</summary>
    /// <param name="step">The state after a byte; null where it does not fit.</param>
    public TokenMask Allowed<TState>(TState state, Func<TState, byte, TState?> step)
        where TState : class
    {
        var mask = new TokenMask(_bytes.Length);
        var path = new List<TState> { state };
        for (var i = 0; i < _sorted.Length; i++)
        {
            // One that shares more than what fitted of those before does not fit either.
            if (_shared[i] >= path.Count)
            {
                continue;
            }

            path.RemoveRange(_shared[i] + 1, path.Count - _shared[i] - 1);
            var bytes = _bytes[_sorted[i]];
            while (path.Count <= bytes.Length && step(path[^1], bytes[path.Count - 1]) is { } next)
            {
                path.Add(next);
            }

            if (path.Count > bytes.Length)
            {
                mask.Add(_sorted[i]);
            }
        }

        return mask;
    }
}
