namespace LmDeploy.Worker.Guided.Networks;

/// <summary>A way to another node over all that a rule matches.</summary>
internal readonly record struct CallEdge(Rule Rule, int To);
