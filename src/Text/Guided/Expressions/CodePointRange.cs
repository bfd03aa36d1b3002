namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Characters from one to another, both included.</summary>
internal readonly record struct CodePointRange(int Low, int High);
