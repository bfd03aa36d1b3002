namespace LmDeploy.Tests.Layers;

/// <summary>A dependency of one folder on another.</summary>
/// <param name="From">The folder whose types have the references.</param>
/// <param name="To">The folder that they refer to.</param>
/// <param name="Uses">The references themselves, in alphabetical order.</param>
internal sealed record FolderEdge(string From, string To, IReadOnlyList<TypeUse> Uses)
{
    public override string ToString() => $"{From} -> {To}\n{string.Join('\n', Uses.Select(use => $"    {use.User} -> {use.Used}"))}";
}
