using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Remembers the ids of short words: up to 64 characters each, up to 65,536 words, the first ones seen. Safe for
/// concurrent use; reading takes no lock.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Characters of the longest word that is kept.</summary>
    public const int MaxLength = 64;

    /// <summary>How many words are kept.</summary>
    public const int MaxWords = 1 << 16;

    /// <summary>A word that finds no place in so many is not kept, so words that collide on purpose cost no more than a miss.</summary>
    private const int MaxProbes = 16;

    private const int FirstSize = 256;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private sealed record Entry(string Word, uint Hash, int[] Ids);

    private readonly Lock _lock = new();

    /// <summary>A power of two, at least twice as many as there are words.</summary>
    private Entry?[] _entries = new Entry?[FirstSize];

    private int _count;

    /// <summary>How many words there are.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool TryGet(ReadOnlySpan<char> word, [NotNullWhen(true)] out int[]? ids)
    {
        ids = null;
        if (word.Length > MaxLength)
        {
            return false;
        }

        var entries = Volatile.Read(ref _entries);
        var hash = Hash(word);
        for (var probe = 0; probe < MaxProbes && Volatile.Read(ref entries[PlaceOf(hash, probe, entries)]) is { } entry; probe++)
        {
            if (entry.Hash == hash && word.SequenceEqual(entry.Word))
            {
                ids = entry.Ids;
                return true;
            }
        }

        return false;
    }

    /// <summary>Keeps the ids from <paramref name="start"/> on as those of the word, where there is room.</summary>
    public void Add(ReadOnlySpan<char> word, List<int> ids, int start)
    {
        if (word.Length > MaxLength || Count >= MaxWords)
        {
            return;
        }

        var added = new Entry(word.ToString(), Hash(word), CollectionsMarshal.AsSpan(ids)[start..].ToArray());
        lock (_lock)
        {
            if (2 * (_count + 1) > _entries.Length)
            {
                Grow();
            }

            if (_count < MaxWords && TryPut(added, _entries))
            {
                Volatile.Write(ref _count, _count + 1);
            }
        }
    }

    private static int PlaceOf(uint hash, int probe, Entry?[] entries) => (int)((hash + (uint)probe) & (uint)(entries.Length - 1));

    /// <returns>False where there is no place, or the word is there.</returns>
    private static bool TryPut(Entry added, Entry?[] entries)
    {
        for (var probe = 0; probe < MaxProbes; probe++)
        {
            ref var place = ref entries[PlaceOf(added.Hash, probe, entries)];
            if (place is null)
            {
                Volatile.Write(ref place, added);
                return true;
            }

            if (place.Hash == added.Hash && place.Word == added.Word)
            {
                return false;
            }
        }

        return false;
    }

    private void Grow()
    {
        var larger = new Entry?[2 * _entries.Length];
        _count = _entries.Count(entry => entry is not null && TryPut(entry, larger));
        Volatile.Write(ref _entries, larger);
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        var hash = (ulong)word.Length;
        var blocks = MemoryMarshal.Cast<char, ulong>(word);
        foreach (var block in blocks)
        {
            hash = Mix(hash ^ block);
        }

        var rest = 0UL;
        foreach (var c in word[(blocks.Length * sizeof(ulong) / sizeof(char))..])
        {
            rest = (rest << 16) | c;
        }

        return (uint)(Mix(hash ^ rest) >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return value ^ (value >> 29);
    }
}
