namespace LmDeploy.Text.Guided.Networks;

/// <summary>A part of a network that can be called: whoever calls it goes on when its end is reached.</summary>
internal readonly record struct Rule(int Start, int End);
