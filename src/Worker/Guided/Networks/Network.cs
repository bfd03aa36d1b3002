namespace LmDeploy.Worker.Guided.Networks;

/// <summary>
/// A recursive transition network over the bytes of a UTF-8 text: a nondeterministic automaton, some of whose edges call another part of it.
/// From each node an end can be reached. Immutable.
/// </summary>
/// <remarks>Woods, "Transition network grammars for natural language analysis", CACM 1970.</remarks>
internal sealed class Network(IReadOnlyList<NetworkNode> nodes, Rule start)
{
    public Rule Start { get; } = start;

    public NetworkNode this[int node] => nodes[node];
}
