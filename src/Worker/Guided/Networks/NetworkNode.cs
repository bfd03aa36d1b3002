namespace LmDeploy.Worker.Guided.Networks;

/// <summary>A node and the ways that leave it.</summary>
internal sealed class NetworkNode
{
    public List<ByteEdge> Bytes { get; } = [];

    /// <summary>Nodes that are reached without a byte.</summary>
    public List<int> Empty { get; } = [];

    public List<CallEdge> Calls { get; } = [];

    /// <summary>Whether a rule is matched here.</summary>
    public bool IsEnd { get; set; }
}
