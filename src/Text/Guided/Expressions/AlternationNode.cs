namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Any one of the parts.</summary>
internal sealed record AlternationNode(IReadOnlyList<ExpressionNode> Parts) : ExpressionNode;
