namespace LmDeploy.Text.Guided.Expressions;

/// <summary>A part so many times.</summary>
/// <param name="Most">Null for any number of times.</param>
internal sealed record RepeatNode(ExpressionNode Part, int Least, int? Most) : ExpressionNode;
