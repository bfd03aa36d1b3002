namespace LmDeploy.Text.Templates.Syntax;

/// <summary>A statement of a template.</summary>
/// <param name="Line">The 1-based line it starts on.</param>
internal abstract record Statement(int Line);

/// <summary>Text that is written as it stands.</summary>
internal sealed record TextStatement(string Text, int Line) : Statement(Line);

/// <summary><c>{{ value }}</c>.</summary>
internal sealed record OutputStatement(Expression Value, int Line) : Statement(Line);

/// <summary><c>if</c> with its <c>elif</c> branches.</summary>
internal sealed record IfStatement(IReadOnlyList<ConditionalBody> Branches, IReadOnlyList<Statement> Otherwise, int Line) : Statement(Line);

/// <summary>One branch of an <see cref="IfStatement"/>.</summary>
internal sealed record ConditionalBody(Expression Condition, IReadOnlyList<Statement> Body);

/// <summary><c>for target in items if filter recursive</c>.</summary>
internal sealed record ForStatement(
    AssignmentTarget Target,
    Expression Items,
    Expression? Filter,
    bool IsRecursive,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Otherwise,
    int Line) : Statement(Line);

/// <summary><c>break</c>.</summary>
internal sealed record BreakStatement(int Line) : Statement(Line);

/// <summary><c>continue</c>.</summary>
internal sealed record ContinueStatement(int Line) : Statement(Line);

/// <summary><c>set target = value</c>.</summary>
internal sealed record SetStatement(AssignmentTarget Target, Expression Value, int Line) : Statement(Line);

/// <summary><c>set target</c> up to <c>endset</c>.</summary>
internal sealed record SetBlockStatement(AssignmentTarget Target, FilterExpression? Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>with name = value</c> up to <c>endwith</c>.</summary>
internal sealed record WithStatement(IReadOnlyList<KeyValuePair<AssignmentTarget, Expression>> Variables, IReadOnlyList<Statement> Body, int Line)
    : Statement(Line);

/// <summary>A body in a scope of its own: <c>generation</c>, <c>block</c>.</summary>
/// <param name="SeesCallers">Whether the body sees the variables around it; otherwise only the template's own.</param>
internal sealed record ScopeStatement(IReadOnlyList<Statement> Body, bool SeesCallers, int Line) : Statement(Line);

/// <summary>A macro's parameters and body.</summary>
/// <param name="UsesRest">Whether the body names <c>varargs</c>, and so takes any number of positional arguments.</param>
/// <param name="UsesNamedRest">Whether the body names <c>kwargs</c>, and so takes any named arguments.</param>
/// <param name="UsesCaller">Whether the body names <c>caller</c>, and so can be called by a <c>call</c> block.</param>
internal sealed record MacroDefinition(
    string Name,
    IReadOnlyList<MacroParameter> Parameters,
    IReadOnlyList<Statement> Body,
    bool UsesRest,
    bool UsesNamedRest,
    bool UsesCaller);

/// <summary>A macro's parameter.</summary>
internal sealed record MacroParameter(string Name, Expression? Default);

/// <summary><c>macro</c>.</summary>
internal sealed record MacroStatement(MacroDefinition Macro, int Line) : Statement(Line);

/// <summary><c>call(parameters) macro(arguments)</c>: the body becomes the macro's <c>caller</c>.</summary>
internal sealed record CallBlockStatement(CallExpression Call, MacroDefinition Caller, int Line) : Statement(Line);

/// <summary><c>filter</c> up to <c>endfilter</c>.</summary>
internal sealed record FilterBlockStatement(FilterExpression Filter, IReadOnlyList<Statement> Body, int Line) : Statement(Line);
