using Mono.Cecil;

namespace LmDeploy.Tests.Layers;

/// <summary>
/// The dependencies between the top-level folders of a compiled assembly. A folder is the first segment of a namespace below the root namespace.
/// References are those of signatures, fields, attributes and method bodies; constants leave no reference behind. Types outside of the root namespace,
/// such as generated contracts, and those of other assemblies are no nodes.
/// </summary>
internal sealed class FolderGraph
{
    private FolderGraph(IReadOnlyList<string> folders, IReadOnlyList<FolderEdge> edges) => (Folders, Edges) = (folders, edges);

    /// <summary>In alphabetical order. Types of the root namespace itself are in the folder <c>.</c>.</summary>
    public IReadOnlyList<string> Folders { get; }

    public IReadOnlyList<FolderEdge> Edges { get; }

    /// <summary>Reads an assembly.</summary>
    /// <param name="assembly">The path of its file.</param>
    /// <param name="rootNamespace">For example <c>LmDeploy.Supervisor</c>.</param>
    public static FolderGraph Read(string assembly, string rootNamespace)
    {
        using var resolver = ResolverFor(assembly);
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        List<TypeDefinition> types = [.. module.Types.Where(type => FolderOf(type.Namespace, rootNamespace) is not null)];
        var edges = types
            .SelectMany(type => TypeReferences.Of(type).Where(used => used.Scope is ModuleDefinition).Select(used => (User: type, Used: used)))
            .GroupBy(
                pair => (From: FolderOf(pair.User.Namespace, rootNamespace)!, To: FolderOf(pair.Used.Namespace, rootNamespace)),
                pair => new TypeUse(pair.User.FullName, pair.Used.FullName))
            .Where(group => group.Key.To is not null && group.Key.From != group.Key.To)
            .OrderBy(group => group.Key.From, StringComparer.Ordinal).ThenBy(group => group.Key.To, StringComparer.Ordinal)
            .Select(group => new FolderEdge(
                group.Key.From, group.Key.To!, [.. group.OrderBy(use => use.User, StringComparer.Ordinal).ThenBy(use => use.Used, StringComparer.Ordinal)]));
        return new FolderGraph([.. types.Select(type => FolderOf(type.Namespace, rootNamespace)!).Distinct().Order(StringComparer.Ordinal)], [.. edges]);
    }

    /// <summary>The groups of folders that depend on each other; empty when the folders are layers.</summary>
    public IReadOnlyList<FolderCycle> FindCycles()
    {
        var reachable = Folders.ToDictionary(folder => folder, FindReachable);
        return
        [
            .. Folders
                .Where(folder => reachable[folder].Contains(folder))
                .GroupBy(folder => Folders.First(other => reachable[folder].Contains(other) && reachable[other].Contains(folder)))
                .Select(group => new FolderCycle([.. group], [.. Edges.Where(edge => group.Contains(edge.From) && group.Contains(edge.To))])),
        ];
    }

    /// <summary>The dependencies that go against an order, in which a folder may use only those that come before it.</summary>
    /// <param name="order">Every folder, the lowest first.</param>
    /// <exception cref="ArgumentException">A folder is missing from the order, or is there and has no types.</exception>
    public IReadOnlyList<FolderEdge> FindAgainst(IReadOnlyList<string> order)
    {
        var unlike = Folders.Except(order).Concat(order.Except(Folders)).ToList();
        if (unlike.Count > 0)
        {
            throw new ArgumentException($"The order and the assembly have different folders: {string.Join(", ", unlike)}.", nameof(order));
        }

        var rank = order.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return [.. Edges.Where(edge => rank[edge.From] < rank[edge.To])];
    }

    /// <summary>Attributes with enums as arguments cannot be read without the assemblies of the enums.</summary>
    private static DefaultAssemblyResolver ResolverFor(string assembly)
    {
        var resolver = new DefaultAssemblyResolver();
        var loaded = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in loaded.Append(assembly).Select(Path.GetDirectoryName).Distinct())
        {
            resolver.AddSearchDirectory(folder);
        }

        return resolver;
    }

    private static string? FolderOf(string @namespace, string root) => @namespace == root ? "."
        : @namespace.StartsWith(root + ".", StringComparison.Ordinal) ? @namespace[(root.Length + 1)..].Split('.')[0]
        : null;

    private HashSet<string> FindReachable(string folder)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var next))
        {
            foreach (var edge in Edges.Where(edge => edge.From == next && found.Add(edge.To)))
            {
                open.Push(edge.To);
            }
        }

        return found;
    }
}
