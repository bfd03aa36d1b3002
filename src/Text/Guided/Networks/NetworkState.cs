namespace LmDeploy.Text.Guided.Networks;

/// <summary>All the places where a text may have come to in a network. Immutable, with the equality of its values.</summary>
/// <remarks>The subset construction (Rabin and Scott, 1959), done only for the texts that come, over positions with a stack.</remarks>
internal sealed class NetworkState : IEquatable<NetworkState>
{
    // Alternatives within alternatives could multiply without end. With some of them dropped each answer still fits.
    private const int MostWithStack = 20_000;

    private readonly Network _network;
    private readonly Position[] _positions;
    private readonly int _hash;

    private NetworkState(Network network, Position[] positions, bool isAccepting, int cost)
    {
        (_network, _positions, IsAccepting, Cost) = (network, positions, isAccepting, cost);
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

    /// <summary>How many positions there are.</summary>
    public int Size => _positions.Length;

    /// <summary>How many positions were looked at to find those.</summary>
    public int Cost { get; }

    public static NetworkState StartOf(Network network) => Close(network, [new Position(network.Start.Start, null)]);

    /// <summary>The state after one more byte; null where no text goes on like that.</summary>
    public NetworkState? Step(byte value)
    {
        var next = new List<Position>();
        foreach (var position in _positions)
        {
            foreach (var edge in _network.Bytes[position.Node])
            {
                if (edge.Low <= value && value <= edge.High)
                {
                    next.Add(position with { Node = edge.To });
                }
            }
        }

        return next.Count > 0 ? Close(_network, next) : null;
    }

    /// <summary>The bytes that may follow.</summary>
    public ByteSet NextBytes()
    {
        var bytes = new ByteSet();
        foreach (var position in _positions)
        {
            foreach (var edge in _network.Bytes[position.Node])
            {
                bytes.Add(edge.Low, edge.High);
            }
        }

        return bytes;
    }

    /// <summary>
    /// A state that any text of so many bytes leads on from in the same way. Those that differ in nothing but numbers which such a text does not reach have one
    /// in common.
    /// </summary>
    public NetworkState Clamp(int bytes)
    {
        var clamped = Array.ConvertAll(_positions, position => position.Stack?.Clamp(bytes) is { } stack && !ReferenceEquals(stack, position.Stack)
            ? position with { Stack = stack }
            : position);
        return clamped.AsSpan().SequenceEqual(_positions) ? this : new NetworkState(_network, [.. clamped.Distinct()], IsAccepting, Cost);
    }

    /// <summary>What is known, without looking at each, of the texts of characters that a JSON string has as they are.</summary>
    public PlainText PlainText()
    {
        var (most, others) = (0, false);
        foreach (var position in _positions)
        {
            if (position.Stack is { } stack && position.Node == _network.Character?.Start && stack.Call.Rule == _network.Character)
            {
                most = Math.Max(most, stack.Left ?? int.MaxValue);
            }
            else
            {
                foreach (var edge in _network.Bytes[position.Node])
                {
                    others |= !PlainCharacter.IsNone(edge);
                }
            }
        }

        return new PlainText(most, others);
    }

    public bool Equals(NetworkState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && IsAccepting == other.IsAccepting
            && _network == other._network && _positions.AsSpan().SequenceEqual(other._positions));

    public override bool Equals(object? obj) => Equals(obj as NetworkState);

    public override int GetHashCode() => _hash;

    /// <summary>The state of some positions and all that are reached from them without a byte.</summary>
    private static NetworkState Close(Network network, List<Position> from)
    {
        var positions = new List<Position>();
        var seen = new HashSet<Position>();
        from.Reverse();
        var open = new Stack<Position>(from);
        var isAccepting = false;
        while (open.TryPop(out var position))
        {
            if ((position.Stack is not null && seen.Count >= MostWithStack) || !seen.Add(position))
            {
                continue;
            }

            if (network.Bytes[position.Node].Length > 0)
            {
                positions.Add(position);
            }

            isAccepting |= network.IsEnd[position.Node] && position.Stack is null;
            Follow(network, position, open);
        }

        return new NetworkState(network, [.. positions], isAccepting, seen.Count);
    }

    private static void Follow(Network network, Position position, Stack<Position> open)
    {
        var (node, stack) = position;
        if (stack is not null && network.IsEnd[node])
        {
            Return(stack, open);
        }

        var calls = network.Calls[node];
        for (var i = calls.Length - 1; i >= 0; i--)
        {
            if (calls[i].Least == 0)
            {
                open.Push(new Position(calls[i].To, stack));
            }

            if (calls[i].Most != 0)
            {
                open.Push(new Position(calls[i].Rule.Start, new StackFrame(calls[i], 0, stack)));
            }
        }

        var empty = network.Empty[node];
        for (var i = empty.Length - 1; i >= 0; i--)
        {
            open.Push(new Position(empty[i], stack));
        }
    }

    private static void Return(StackFrame stack, Stack<Position> open)
    {
        if (stack.MayEnd)
        {
            open.Push(new Position(stack.Call.To, stack.Below));
        }

        if (stack.Next() is { } again)
        {
            open.Push(new Position(stack.Call.Rule.Start, again));
        }
    }
}
