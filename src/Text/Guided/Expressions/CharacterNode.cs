namespace LmDeploy.Text.Guided.Expressions;

/// <summary>One character of a set.</summary>
internal sealed record CharacterNode(CodePointSet Set) : ExpressionNode;
