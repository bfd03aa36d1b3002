namespace LmDeploy.Text.Guided.Expressions;

/// <summary>One part after the other; none for the empty text.</summary>
internal sealed record SequenceNode(IReadOnlyList<ExpressionNode> Parts) : ExpressionNode;
