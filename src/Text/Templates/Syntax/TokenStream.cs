using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Templates.Syntax;

/// <summary>The tokens of a template as its parsers consume them, with the nesting they are at.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    /// <summary>The deepest nesting of expressions and statements that is parsed.</summary>
    public const int MaxDepth = 400;

    private int _index;
    private int _depth;

    public Token Current => tokens[_index];

    public Token Next => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    /// <summary>Consumes and returns the current token; the end is never passed.</summary>
    public Token Take()
    {
        var token = Current;
        _index = Math.Min(_index + 1, tokens.Count - 1);
        return token;
    }

    public bool TrySkipOperator(string text) => TrySkip(Current.IsOperator(text));

    public bool TrySkipName(string text) => TrySkip(Current.IsName(text));

    public Token ExpectOperator(string text) => Expect(Current.IsOperator(text), $"'{text}'");

    public Token ExpectName(string text) => Expect(Current.IsName(text), $"'{text}'");

    public Token Expect(TokenKind kind) =>
        Expect(Current.Kind == kind, kind == TokenKind.Name ? "a name" : $"'{new Token(kind, "", 0).Description}'");

    /// <summary>Goes a level deeper; the parser cannot be made to overflow the stack.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fault($"the template nests deeper than {MaxDepth} levels");
        }
    }

    public void Leave() => _depth--;

    public SyntaxFault Fault(string message) => new(message, Current.Line);

    private bool TrySkip(bool matches)
    {
        if (matches)
        {
            Take();
        }

        return matches;
    }

    private Token Expect(bool matches, string wanted) => matches ? Take()
        : throw Fault(Current.Kind == TokenKind.End
            ? $"unexpected end of template, expected {wanted}."
            : $"expected token {wanted}, got '{Current.Description}'");
}
