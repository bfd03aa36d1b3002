namespace LmDeploy.Worker.Guided.Expressions;

/// <summary>Any one of the parts.</summary>
internal sealed record AlternationNode(IReadOnlyList<ExpressionNode> Parts) : ExpressionNode;
