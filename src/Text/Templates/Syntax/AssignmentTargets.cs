namespace LmDeploy.Text.Templates.Syntax;

/// <summary>What a value can be assigned to.</summary>
internal abstract record AssignmentTarget(int Line);

/// <summary>A variable.</summary>
internal sealed record NameTarget(string Name, int Line) : AssignmentTarget(Line);

/// <summary>Several targets that the items of a value are spread over.</summary>
internal sealed record TupleTarget(IReadOnlyList<AssignmentTarget> Items, int Line) : AssignmentTarget(Line);

/// <summary>An attribute of a namespace: <c>ns.name</c>.</summary>
internal sealed record NamespaceTarget(string Name, string Attribute, int Line) : AssignmentTarget(Line);
