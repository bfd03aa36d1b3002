namespace LmDeploy.Text.Guided.Expressions;

/// <summary>One of an expression's outermost alternatives.</summary>
/// <param name="IsAtStart">Whether it begins with ^.</param>
/// <param name="IsAtEnd">Whether it ends with $.</param>
internal sealed record ExpressionBranch(bool IsAtStart, ExpressionNode Node, bool IsAtEnd);
