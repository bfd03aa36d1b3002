using System.Runtime.InteropServices;

namespace LmDeploy.Text.Guided.Networks;

/// <summary>What leaves each node, in the order in which it was added: compressed sparse rows. Immutable.</summary>
internal sealed class EdgeTable<T>
{
    private readonly int[] _ends;
    private readonly T[] _edges;

    public EdgeTable(int nodes, List<(int From, T Edge)> edges)
    {
        _ends = new int[nodes + 1];
        foreach (var (from, _) in edges)
        {
            _ends[from + 1]++;
        }

        for (var node = 1; node <= nodes; node++)
        {
            _ends[node] += _ends[node - 1];
        }

        // Filling moves each row's start to its end, which is where the next row begins.
        _edges = new T[edges.Count];
        foreach (ref var entry in CollectionsMarshal.AsSpan(edges))
        {
            _edges[_ends[entry.From]++] = entry.Edge;
        }
    }

    public ReadOnlySpan<T> this[int node]
    {
        get
        {
            var start = node == 0 ? 0 : _ends[node - 1];
            return _edges.AsSpan(start, _ends[node] - start);
        }
    }
}
