namespace LmDeploy.Text.Guided.Networks;

/// <summary>
/// A recursive transition network over the bytes of a UTF-8 text: a nondeterministic automaton, some of whose edges call another part of it.
/// From each node an end can be reached. Immutable.
/// </summary>
/// <remarks>Woods, "Transition network grammars for natural language analysis", CACM 1970.</remarks>
internal sealed class Network
{
    public required Rule Start { get; init; }

    /// <summary>The rule of one character within a JSON string; null where the network is of no JSON.</summary>
    public Rule? Character { get; init; }

    public required EdgeTable<ByteEdge> Bytes { get; init; }

    /// <summary>Nodes that are reached without a byte.</summary>
    public required EdgeTable<int> Empty { get; init; }

    public required EdgeTable<CallEdge> Calls { get; init; }

    /// <summary>Whether a rule is matched at each node.</summary>
    public required IReadOnlyList<bool> IsEnd { get; init; }

    /// <summary>How many nodes there are.</summary>
    public int Size => IsEnd.Count;
}
