namespace LmDeploy.Text.Guided.Networks;

/// <summary>Finds the nodes from which an end can be reached, backwards from the ends, in linear time.</summary>
internal sealed class EndSearch(
    IReadOnlyList<bool> isEnd, List<(int From, ByteEdge Edge)> bytes, List<(int From, int To)> empty, List<(int From, CallEdge Edge)> calls)
{
    private readonly bool[] _reaches = [.. isEnd];

    public bool[] Run()
    {
        var nodes = isEnd.Count;
        var plain = new EdgeTable<int>(nodes, [.. bytes.Select(edge => (edge.Edge.To, edge.From)), .. empty.Select(edge => (edge.To, edge.From))]);

        // A call leads to an end where both its rule and what follows do.
        var returns = new EdgeTable<(int From, CallEdge Edge)>(nodes, calls.ConvertAll(call => (call.Edge.To, call)));
        var rules = new EdgeTable<(int From, CallEdge Edge)>(nodes, calls.ConvertAll(call => (call.Edge.Rule.Start, call)));
        var open = new Stack<int>(Enumerable.Range(0, nodes).Where(node => isEnd[node]));
        while (open.TryPop(out var node))
        {
            foreach (var from in plain[node])
            {
                Reach(from, open);
            }

            foreach (var (from, call) in returns[node])
            {
                ReachCaller(from, call, open);
            }

            foreach (var (from, call) in rules[node])
            {
                ReachCaller(from, call, open);
            }
        }

        return _reaches;
    }

    private void ReachCaller(int from, CallEdge call, Stack<int> open)
    {
        if (_reaches[call.To] && (call.Least == 0 || _reaches[call.Rule.Start]))
        {
            Reach(from, open);
        }
    }

    private void Reach(int node, Stack<int> open)
    {
        if (!_reaches[node])
        {
            _reaches[node] = true;
            open.Push(node);
        }
    }
}
