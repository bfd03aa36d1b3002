namespace LmDeploy.Text.Tokenization.Models;

/// <summary>Merges the symbols of one word, in time n log n.</summary>
internal sealed class SymbolMerger
{
    private const int Removed = -1;

    private readonly MergeTable _merges;
    private readonly int[] _ids;
    private readonly int[] _previous;
    private readonly int[] _next;

    /// <summary>Candidates by rank, then by position; a candidate whose symbols have changed since is stale.</summary>
    private readonly PriorityQueue<(int Position, int Id), long> _candidates = new();

    public SymbolMerger(List<int> symbols, MergeTable merges)
    {
        _merges = merges;
        _ids = [.. symbols];
        _previous = new int[_ids.Length];
        _next = new int[_ids.Length];
        for (var i = 0; i < _ids.Length; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1;
        }
    }

    /// <summary>Adds what is left after all merges to <paramref name="output"/>.</summary>
    public void MergeInto(List<int> output)
    {
        for (var i = 0; i + 1 < _ids.Length; i++)
        {
            Consider(i);
        }

        while (_candidates.TryDequeue(out var candidate, out _))
        {
            if (IsCurrent(candidate))
            {
                Apply(candidate);
            }
        }

        foreach (var id in _ids)
        {
            if (id != Removed)
            {
                output.Add(id);
            }
        }
    }

    private void Consider(int position)
    {
        if (position >= 0 && _next[position] < _ids.Length &&
            _merges.TryGet(_ids[position], _ids[_next[position]], out var merge))
        {
            _candidates.Enqueue((position, merge.Id), ((long)merge.Rank << 32) | (uint)position);
        }
    }

    private bool IsCurrent((int Position, int Id) candidate) =>
        _ids[candidate.Position] != Removed && _next[candidate.Position] < _ids.Length &&
        _merges.TryGet(_ids[candidate.Position], _ids[_next[candidate.Position]], out var merge) && merge.Id == candidate.Id;

    private void Apply((int Position, int Id) candidate)
    {
        var (position, id) = candidate;
        var right = _next[position];
        _ids[position] = id;
        _ids[right] = Removed;
        _next[position] = _next[right];
        if (_next[position] < _ids.Length)
        {
            _previous[_next[position]] = position;
        }

        Consider(_previous[position]);
        Consider(position);
    }
}
