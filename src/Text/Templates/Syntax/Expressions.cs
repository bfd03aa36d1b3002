using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Syntax;

/// <summary>An expression of a template.</summary>
/// <param name="Line">The 1-based line it is on.</param>
internal abstract record Expression(int Line);

/// <summary>A literal.</summary>
internal sealed record ConstantExpression(Value Value, int Line) : Expression(Line);

/// <summary>A variable.</summary>
internal sealed record NameExpression(string Name, int Line) : Expression(Line);

/// <summary><c>(a, b)</c>, or <c>a, b</c> where a tuple may stand without parentheses.</summary>
internal sealed record TupleExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ListExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary><c>{key: value}</c>.</summary>
internal sealed record DictionaryExpression(IReadOnlyList<KeyValuePair<Expression, Expression>> Entries, int Line) : Expression(Line);

/// <summary><c>then if condition else otherwise</c>; undefined when there is no else and the condition is false.</summary>
internal sealed record ConditionalExpression(Expression Condition, Expression Then, Expression? Otherwise, int Line) : Expression(Line);

/// <summary><c>left and right</c> or <c>left or right</c>: one of its operands, the right one evaluated only if needed.</summary>
internal sealed record LogicalExpression(bool IsAnd, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary><c>not operand</c>.</summary>
internal sealed record NotExpression(Expression Operand, int Line) : Expression(Line);

/// <summary><c>-operand</c> or <c>+operand</c>.</summary>
internal sealed record SignExpression(bool IsNegative, Expression Operand, int Line) : Expression(Line);

/// <summary>An arithmetic operator: <c>+ - * / // % **</c>.</summary>
internal sealed record ArithmeticExpression(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary><c>a ~ b ~ c</c>: the operands' texts joined.</summary>
internal sealed record ConcatenationExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary>A chain of comparisons, <c>in</c> and <c>not in</c> among them.</summary>
internal sealed record ComparisonExpression(Expression First, IReadOnlyList<KeyValuePair<string, Expression>> Operands, int Line) : Expression(Line);

/// <summary><c>target.name</c>.</summary>
internal sealed record AttributeExpression(Expression Target, string Name, int Line) : Expression(Line);

/// <summary><c>target[key]</c>.</summary>
internal sealed record ItemExpression(Expression Target, Expression Key, int Line) : Expression(Line);

/// <summary><c>start:stop:step</c> between brackets.</summary>
internal sealed record SliceExpression(Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

/// <summary>The arguments of a call, filter or test.</summary>
/// <param name="MorePositional">What follows <c>*</c>.</param>
/// <param name="MoreNamed">What follows <c>**</c>.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<KeyValuePair<string, Expression>> Named,
    Expression? MorePositional,
    Expression? MoreNamed)
{
    public static readonly ArgumentList None = new([], [], null, null);
}

/// <summary><c>target(arguments)</c>.</summary>
internal sealed record CallExpression(Expression Target, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>target | name(arguments)</c>.</summary>
/// <param name="Target">Null for the text of a <c>filter</c> or <c>set</c> block.</param>
internal sealed record FilterExpression(Expression? Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);

/// <summary><c>target is name(arguments)</c>.</summary>
internal sealed record TestExpression(Expression Target, string Name, ArgumentList Arguments, int Line) : Expression(Line);
