namespace LmDeploy.Text.Guided.Networks;

/// <summary>A place in a network, and the calls that led to it.</summary>
internal readonly record struct Position(int Node, StackFrame? Stack);
