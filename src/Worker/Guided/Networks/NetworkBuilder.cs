namespace LmDeploy.Worker.Guided.Networks;

/// <summary>Puts a network together; one that becomes too large is refused.</summary>
/// <param name="mostNodes">How many nodes it may have.</param>
internal sealed class NetworkBuilder(int mostNodes)
{
    private readonly List<NetworkNode> _nodes = [];

    public int AddNode()
    {
        if (_nodes.Count >= mostNodes)
        {
            throw GuideErrors.Refuse($"the pattern or schema is too large: it comes to more than {mostNodes} positions");
        }

        _nodes.Add(new NetworkNode());
        return _nodes.Count - 1;
    }

    public Rule AddRule()
    {
        var rule = new Rule(AddNode(), AddNode());
        _nodes[rule.End].IsEnd = true;
        return rule;
    }

    public void AddBytes(int from, byte low, byte high, int to) => _nodes[from].Bytes.Add(new ByteEdge(low, high, to));

    public void AddEmpty(int from, int to) => _nodes[from].Empty.Add(to);

    public void AddCall(int from, Rule rule, int to) => _nodes[from].Calls.Add(new CallEdge(rule, to));

    /// <returns>The node after these bytes.</returns>
    public int AddLiteral(int from, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            var to = AddNode();
            AddBytes(from, value, value, to);
            from = to;
        }

        return from;
    }

    /// <summary>Makes the network without what leads nowhere. Nothing may be added afterwards.</summary>
    /// <exception cref="Errors.EngineException">Nothing is matched.</exception>
    public Network Build(Rule start)
    {
        var reaches = FindThoseThatReachAnEnd();
        if (!reaches[start.Start])
        {
            throw GuideErrors.Refuse("no finite text fits");
        }

        foreach (var node in _nodes)
        {
            node.Bytes.RemoveAll(edge => !reaches[edge.To]);
            node.Empty.RemoveAll(to => !reaches[to]);
            node.Calls.RemoveAll(call => !reaches[call.Rule.Start] || !reaches[call.To]);
        }

        return new Network(_nodes, start);
    }

    private bool[] FindThoseThatReachAnEnd()
    {
        var reaches = new bool[_nodes.Count];
        bool changed;
        do
        {
            changed = false;
            for (var i = reaches.Length - 1; i >= 0; i--)
            {
                if (!reaches[i] && ReachesAnEnd(_nodes[i], reaches))
                {
                    reaches[i] = true;
                    changed = true;
                }
            }
        }
        while (changed);

        return reaches;
    }

    private static bool ReachesAnEnd(NetworkNode node, bool[] known) =>
        node.IsEnd
        || node.Bytes.Exists(edge => known[edge.To])
        || node.Empty.Exists(to => known[to])
        || node.Calls.Exists(call => known[call.Rule.Start] && known[call.To]);
}
