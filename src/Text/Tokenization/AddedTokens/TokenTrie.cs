using System.Buffers;

namespace LmDeploy.Text.Tokenization.AddedTokens;

/// <summary>Finds the leftmost, and there the longest, of a set of strings. Immutable after construction.</summary>
internal sealed class TokenTrie<T>
    where T : class
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<T?> _values = [null];
    private readonly SearchValues<char> _firstCharacters;

    public TokenTrie(IEnumerable<(string Key, T Value)> entries)
    {
        var firstCharacters = new HashSet<char>();
        foreach (var (key, value) in entries)
        {
            if (key.Length > 0)
            {
                firstCharacters.Add(key[0]);
                _values[Insert(key)] = value;
            }
        }

        _firstCharacters = SearchValues.Create([.. firstCharacters]);
    }

    /// <summary>The first match at or after <paramref name="start"/>; null where there is none.</summary>
    public (int Start, int Length, T Value)? Find(ReadOnlySpan<char> text, int start)
    {
        while (text[start..].IndexOfAny(_firstCharacters) is var offset and >= 0)
        {
            start += offset;
            if (LongestAt(text[start..]) is var (length, value))
            {
                return (start, length, value);
            }

            start++;
        }

        return null;
    }

    private (int Length, T Value)? LongestAt(ReadOnlySpan<char> text)
    {
        (int, T)? longest = null;
        var node = 0;
        for (var i = 0; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_values[node] is { } value)
            {
                longest = (i + 1, value);
            }
        }

        return longest;
    }

    private int Insert(string key)
    {
        var node = 0;
        foreach (var c in key)
        {
            if (!_edges.TryGetValue((node, c), out var next))
            {
                next = _values.Count;
                _values.Add(null);
                _edges.Add((node, c), next);
            }

            node = next;
        }

        return node;
    }
}
