namespace LmDeploy.Tests.Layers;

/// <summary>A strongly connected component of the folder graph: each of its folders depends, directly or through others, on each other one.</summary>
/// <param name="Folders">In alphabetical order.</param>
/// <param name="Edges">Every dependency between them.</param>
internal sealed record FolderCycle(IReadOnlyList<string> Folders, IReadOnlyList<FolderEdge> Edges)
{
    public override string ToString() => $"{string.Join(", ", Folders)} depend on each other:\n{string.Join('\n', Edges)}";
}
