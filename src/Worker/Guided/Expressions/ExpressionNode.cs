namespace LmDeploy.Worker.Guided.Expressions;

/// <summary>A part of a regular expression.</summary>
internal abstract record ExpressionNode;
