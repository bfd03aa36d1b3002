namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Merges the symbols of one word: of the pairs that have a merge, the one with the lowest rank, the leftmost of equals,
/// until there is none.
/// </summary>
internal static class SymbolMerger
{
    private const int None = int.MaxValue;
    private const int Removed = -1;

    /// <summary>Words of so many symbols are scanned for the best pair; longer ones get a queue.</summary>
    private const int LongestScanned = 96;

    /// <summary>Merges the symbols, which are overwritten, and adds those that are left to <paramref name="output"/>.</summary>
    public static void Merge(Span<int> symbols, MergeTable merges, List<int> output)
    {
        if (symbols.Length <= LongestScanned)
        {
            Scan(symbols, merges, output);
        }
        else
        {
            new Queue(symbols, merges).MergeInto(output);
        }
    }

    private static void Scan(Span<int> symbols, MergeTable merges, List<int> output)
    {
        Span<int> ranks = stackalloc int[symbols.Length];
        Span<int> ids = stackalloc int[symbols.Length];
        var count = symbols.Length;
        for (var i = 0; i < count; i++)
        {
            Consider(i, symbols[..count], ranks, ids, merges);
        }

        while (BestOf(ranks[..count]) is var best and >= 0)
        {
            symbols[best] = ids[best];
            var after = best + 1;
            symbols[(after + 1)..count].CopyTo(symbols[after..]);
            ranks[(after + 1)..count].CopyTo(ranks[after..]);
            ids[(after + 1)..count].CopyTo(ids[after..]);
            count--;
            Consider(best, symbols[..count], ranks, ids, merges);
            if (best > 0)
            {
                Consider(best - 1, symbols[..count], ranks, ids, merges);
            }
        }

        output.AddRange(symbols[..count]);
    }

    private static void Consider(int i, ReadOnlySpan<int> symbols, Span<int> ranks, Span<int> ids, MergeTable merges) =>
        (ranks[i], ids[i]) = i + 1 < symbols.Length && merges.TryGet(symbols[i], symbols[i + 1], out var merge) ? (merge.Rank, merge.Id) : (None, Removed);

    /// <summary>The first of the lowest rank; -1 where no pair has a merge.</summary>
    private static int BestOf(ReadOnlySpan<int> ranks)
    {
        var (best, lowest) = (-1, None);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] < lowest)
            {
                (best, lowest) = (i, ranks[i]);
            }
        }

        return best;
    }

    /// <summary>The symbols of a long word as a list, and its pairs in a queue: time n log n.</summary>
    private sealed class Queue
    {
        private readonly MergeTable _merges;
        private readonly int[] _symbols;
        private readonly int[] _previous;
        private readonly int[] _next;

        /// <summary>The merge of each symbol with the next one.</summary>
        private readonly MergeTable.Merge[] _pairs;

        /// <summary>Positions by rank, then by position; one whose pair has changed since is stale.</summary>
        private readonly PriorityQueue<int, long> _candidates;

        public Queue(ReadOnlySpan<int> symbols, MergeTable merges)
        {
            _merges = merges;
            _symbols = symbols.ToArray();
            _previous = new int[symbols.Length];
            _next = new int[symbols.Length];
            _pairs = new MergeTable.Merge[symbols.Length];
            var candidates = new List<(int, long)>(symbols.Length);
            for (var i = 0; i < symbols.Length; i++)
            {
                (_previous[i], _next[i]) = (i - 1, i + 1);
                if (Find(i) is { } priority)
                {
                    candidates.Add((i, priority));
                }
            }

            _candidates = new PriorityQueue<int, long>(candidates);
        }

        public void MergeInto(List<int> output)
        {
            while (_candidates.TryDequeue(out var position, out var priority))
            {
                if (_symbols[position] != Removed && priority >> 32 == _pairs[position].Rank)
                {
                    Apply(position);
                }
            }

            foreach (var symbol in _symbols)
            {
                if (symbol != Removed)
                {
                    output.Add(symbol);
                }
            }
        }

        /// <summary>Looks up the pair that begins at a position.</summary>
        /// <returns>Its place in the queue; null where it has no merge.</returns>
        private long? Find(int position)
        {
            if (_next[position] < _symbols.Length && _merges.TryGet(_symbols[position], _symbols[_next[position]], out var merge))
            {
                _pairs[position] = merge;
                return ((long)merge.Rank << 32) | (uint)position;
            }

            _pairs[position] = new MergeTable.Merge(None, Removed);
            return null;
        }

        private void Apply(int position)
        {
            var right = _next[position];
            _symbols[position] = _pairs[position].Id;
            _symbols[right] = Removed;
            _next[position] = _next[right];
            if (_next[position] < _symbols.Length)
            {
                _previous[_next[position]] = position;
            }

            Consider(_previous[position]);
            Consider(position);
        }

        private void Consider(int position)
        {
            if (position >= 0 && Find(position) is { } priority)
            {
                _candidates.Enqueue(position, priority);
            }
        }
    }
}
