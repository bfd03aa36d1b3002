namespace LmDeploy.Text.Templates.Syntax;

/// <summary>The kinds of token that <see cref="Lexer"/> makes.</summary>
internal enum TokenKind
{
    /// <summary>Text between tags.</summary>
    Data,

    /// <summary><c>{{</c>.</summary>
    VariableBegin,

    /// <summary><c>}}</c>.</summary>
    VariableEnd,

    /// <summary><c>{%</c>.</summary>
    BlockBegin,

    /// <summary><c>%}</c>.</summary>
    BlockEnd,

    Name,

    /// <summary>A string literal; its text is the string, escapes resolved.</summary>
    String,

    Integer,

    Float,

    Operator,

    /// <summary>The end of the template.</summary>
    End,
}
