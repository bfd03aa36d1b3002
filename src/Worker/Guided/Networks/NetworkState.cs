namespace LmDeploy.Worker.Guided.Networks;

/// <summary>All the places where a text may have come to in a network. Immutable, with the equality of its values.</summary>
/// <remarks>The subset construction (Rabin and Scott, 1959), done only for the texts that come, over positions with a stack.</remarks>
internal sealed class NetworkState : IEquatable<NetworkState>
{
    // Alternatives within alternatives could multiply without end. With some of them dropped each answer still fits.
    private const int MostWithStack = 1000;

    private readonly Network _network;
    private readonly Position[] _positions;
    private readonly int _hash;

    private NetworkState(Network network, IEnumerable<Position> from)
    {
        _network = network;
        var positions = new List<Position>();
        var seen = new HashSet<Position>();
        var open = new Stack<Position>(from.Reverse());
        while (open.TryPop(out var position))
        {
            if ((position.Stack is not null && seen.Count >= MostWithStack) || !seen.Add(position))
            {
                continue;
            }

            var node = network[position.Node];
            if (node.Bytes.Count > 0)
            {
                positions.Add(position);
            }

            IsAccepting |= node.IsEnd && position.Stack is null;
            Follow(node, position.Stack, open);
        }

        _positions = [.. positions];
        var hash = default(HashCode);
        hash.Add(IsAccepting);
        foreach (var position in _positions)
        {
            hash.Add(position);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Whether the text may end here.</summary>
    public bool IsAccepting { get; }

    /// <summary>Whether the text may go on.</summary>
    public bool CanGoOn => _positions.Length > 0;

    public static NetworkState StartOf(Network network) => new(network, [new Position(network.Start.Start, null)]);

    /// <summary>The state after one more byte; null where no text goes on like that.</summary>
    public NetworkState? Step(byte value)
    {
        var next = new List<Position>();
        foreach (var position in _positions)
        {
            foreach (var edge in _network[position.Node].Bytes)
            {
                if (edge.Low <= value && value <= edge.High)
                {
                    next.Add(position with { Node = edge.To });
                }
            }
        }

        return next.Count > 0 ? new NetworkState(_network, next) : null;
    }

    public bool Equals(NetworkState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && IsAccepting == other.IsAccepting && _network == other._network && _positions.AsSpan().SequenceEqual(other._positions));

    public override bool Equals(object? obj) => Equals(obj as NetworkState);

    public override int GetHashCode() => _hash;

    private static void Follow(NetworkNode node, StackFrame? stack, Stack<Position> open)
    {
        if (node.IsEnd && stack is not null)
        {
            open.Push(new Position(stack.ReturnTo, stack.Below));
        }

        for (var i = node.Calls.Count - 1; i >= 0; i--)
        {
            open.Push(new Position(node.Calls[i].Rule.Start, new StackFrame(node.Calls[i].To, stack)));
        }

        for (var i = node.Empty.Count - 1; i >= 0; i--)
        {
            open.Push(new Position(node.Empty[i], stack));
        }
    }
}
