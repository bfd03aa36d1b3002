namespace LmDeploy.Text.Guided.Networks;

/// <summary>Puts a network together; one that becomes too large is refused.</summary>
/// <param name="mostNodes">How many nodes it may have.</param>
internal sealed class NetworkBuilder(int mostNodes)
{
    private readonly List<bool> _isEnd = [];
    private readonly List<(int From, ByteEdge Edge)> _bytes = [];
    private readonly List<(int From, int To)> _empty = [];
    private readonly List<(int From, CallEdge Edge)> _calls = [];
    private readonly Dictionary<ByteEdge, int> _before = [];

    public int AddNode()
    {
        if (_isEnd.Count >= mostNodes)
        {
            throw GuideErrors.Refuse($"the pattern or schema is too large: it comes to more than {mostNodes} positions");
        }

        _isEnd.Add(false);
        return _isEnd.Count - 1;
    }

    public Rule AddRule()
    {
        var rule = new Rule(AddNode(), AddNode());
        _isEnd[rule.End] = true;
        return rule;
    }

    public void AddBytes(int from, byte low, byte high, int to) => _bytes.Add((from, new ByteEdge(low, high, to)));

    public void AddEmpty(int from, int to) => _empty.Add((from, to));

    public void AddCall(int from, Rule rule, int to) => AddRepeat(from, rule, 1, 1, to);

    /// <summary>Adds a way over a rule so many times in a row.</summary>
    /// <param name="most">Null for any number of times.</param>
    public void AddRepeat(int from, Rule rule, int least, int? most, int to) => _calls.Add((from, new CallEdge(rule, least, most, to)));

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

    /// <summary>Adds ways over texts, whose beginnings share nodes where they are alike: a trie.</summary>
    public void AddLiterals(int from, IEnumerable<byte[]> texts, int to)
    {
        var known = new Dictionary<(int From, byte Value), int>();
        foreach (var text in texts)
        {
            var node = from;
            foreach (var value in text)
            {
                if (!known.TryGetValue((node, value), out var next))
                {
                    next = AddNode();
                    AddBytes(node, value, value, next);
                    known.Add((node, value), next);
                }

                node = next;
            }

            AddEmpty(node, to);
        }
    }

    /// <returns>The node from which these bytes lead to another; one for all who ask for the same.</returns>
    public int NodeBefore(byte low, byte high, int to)
    {
        var edge = new ByteEdge(low, high, to);
        if (!_before.TryGetValue(edge, out var node))
        {
            node = AddNode();
            AddBytes(node, low, high, to);
            _before.Add(edge, node);
        }

        return node;
    }

    /// <summary>Makes the network without what leads nowhere. Nothing may be added afterwards.</summary>
    /// <param name="start">What a whole text matches.</param>
    /// <param name="character">As <see cref="Network.Character"/>.</param>
    /// <param name="contradiction">Why nothing may be matched; null where that has no known reason.</param>
    /// <exception cref="Errors.EngineException">Nothing is matched.</exception>
    public Network Build(Rule start, Rule? character = null, string? contradiction = null)
    {
        var reaches = new EndSearch(_isEnd, _bytes, _empty, _calls).Run();
        if (!reaches[start.Start])
        {
            throw GuideErrors.Refuse(contradiction ?? "no finite text fits");
        }

        // What cannot be matched even once may still be left out where it need not be there.
        _empty.AddRange(_calls.Where(call => call.Edge.Least == 0 && !reaches[call.Edge.Rule.Start]).Select(call => (call.From, call.Edge.To)));
        _calls.RemoveAll(call => !reaches[call.Edge.To] || !reaches[call.Edge.Rule.Start]);
        _bytes.RemoveAll(edge => !reaches[edge.Edge.To]);
        _empty.RemoveAll(edge => !reaches[edge.To]);
        return new Network
        {
            Start = start,
            Character = character,
            Bytes = new EdgeTable<ByteEdge>(_isEnd.Count, _bytes),
            Empty = new EdgeTable<int>(_isEnd.Count, _empty),
            Calls = new EdgeTable<CallEdge>(_isEnd.Count, _calls),
            IsEnd = _isEnd,
        };
    }
}
