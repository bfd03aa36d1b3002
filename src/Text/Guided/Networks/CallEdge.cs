namespace LmDeploy.Text.Guided.Networks;

/// <summary>A way to another node over all that a rule matches, so many times in a row.</summary>
/// <param name="Most">Null for any number of times.</param>
internal sealed record CallEdge(Rule Rule, int Least, int? Most, int To);
