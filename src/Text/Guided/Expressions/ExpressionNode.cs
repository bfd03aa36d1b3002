namespace LmDeploy.Text.Guided.Expressions;

/// <summary>A part of a regular expression.</summary>
internal abstract record ExpressionNode;
