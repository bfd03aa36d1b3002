using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Remembers the ids of short words: up to 64 characters each, up to 65,536 words, the first ones seen. Safe for
/// concurrent use.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Characters of the longest word that is kept.</summary>
    public const int MaxLength = 64;

    /// <summary>How many words are kept.</summary>
    public const int MaxWords = 1 << 16;

    private readonly ConcurrentDictionary<string, int[]> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _wordsBySpan;
    private int _count;

    public WordCache()
    {
        _wordsBySpan = _words.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How many words there are.</summary>
    public int Count => _words.Count;

    public bool TryGet(ReadOnlySpan<char> word, [NotNullWhen(true)] out int[]? ids)
    {
        ids = null;
        return word.Length <= MaxLength && _wordsBySpan.TryGetValue(word, out ids);
    }

    /// <summary>Keeps the ids from <paramref name="start"/> on as those of the word, where there is room.</summary>
    public void Add(ReadOnlySpan<char> word, List<int> ids, int start)
    {
        if (word.Length <= MaxLength && Volatile.Read(ref _count) < MaxWords && _words.TryAdd(word.ToString(), [.. ids.Skip(start)]))
        {
            Interlocked.Increment(ref _count);
        }
    }
}
