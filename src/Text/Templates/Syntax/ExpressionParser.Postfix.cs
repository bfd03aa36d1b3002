using System.Text;
using LmDeploy.Text.Templates.Builtins;

namespace LmDeploy.Text.Templates.Syntax;

/// <remarks>What follows a primary expression: attributes, subscripts, calls, filters and tests.</remarks>
internal sealed partial class ExpressionParser
{
    /// <summary>Parses the filters that follow; null when none does.</summary>
    /// <param name="startsInline">Whether the first filter's name comes without a bar before it.</param>
    public FilterExpression? ParseFilters(Expression? target, bool startsInline = false)
    {
        FilterExpression? filter = null;
        while (startsInline || tokens.TrySkipOperator("|"))
        {
            startsInline = false;
            var line = tokens.Current.Line;
            var name = ParseDottedName();
            Check(Filters.Exists(name), "filter", name, line);
            filter = new FilterExpression(filter ?? target, name, ParseOptionalArguments(), line);
        }

        return filter;
    }

    private Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (tokens.Current.IsOperator("."))
            {
                expression = ParseAttribute(expression);
            }
            else if (tokens.Current.IsOperator("["))
            {
                expression = ParseItem(expression);
            }
            else if (tokens.Current.IsOperator("("))
            {
                expression = new CallExpression(expression, ParseArguments(), tokens.Current.Line);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (tokens.Current.IsOperator("|"))
            {
                expression = ParseFilters(expression)!;
            }
            else if (tokens.Current.IsName("is"))
            {
                expression = ParseTest(expression);
            }
            else if (tokens.Current.IsOperator("("))
            {
                expression = new CallExpression(expression, ParseArguments(), tokens.Current.Line);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression ParseAttribute(Expression target)
    {
        var line = tokens.Take().Line;
        var name = tokens.Take();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(target, name.Text, line),
            TokenKind.Integer => new ItemExpression(target, new ConstantExpression(ParseInteger(name), name.Line), line),
            _ => throw new SyntaxFault("expected name or number", name.Line),
        };
    }

    private ItemExpression ParseItem(Expression target)
    {
        var line = tokens.Take().Line;
        List<Expression> keys = [];
        while (!tokens.Current.IsOperator("]"))
        {
            if (keys.Count > 0)
            {
                tokens.ExpectOperator(",");
            }

            keys.Add(ParseSubscript());
        }

        tokens.ExpectOperator("]");
        return new ItemExpression(target, keys.Count == 1 ? keys[0] : new TupleExpression(keys, line), line);
    }

    private Expression ParseSubscript()
    {
        var line = tokens.Current.Line;
        var start = tokens.Current.IsOperator(":") ? null : Parse();
        if (!tokens.TrySkipOperator(":"))
        {
            return start!;
        }

        var stop = ParseSlicePart();
        var step = tokens.TrySkipOperator(":") ? ParseSlicePart() : null;
        return new SliceExpression(start, stop, step, line);
    }

    private Expression? ParseSlicePart() =>
        tokens.Current is { Kind: TokenKind.Operator, Text: ":" or "]" or "," } ? null : Parse();

    private ArgumentList ParseOptionalArguments() => tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.None;

    private ArgumentList ParseArguments()
    {
        var line = tokens.ExpectOperator("(").Line;
        List<Expression> positional = [];
        List<KeyValuePair<string, Expression>> named = [];
        Expression? morePositional = null;
        Expression? moreNamed = null;
        while (!tokens.Current.IsOperator(")"))
        {
            var isFirst = morePositional is null && moreNamed is null;
            if (tokens.TrySkipOperator("*"))
            {
                Ensure(isFirst);
                morePositional = Parse();
            }
            else if (tokens.TrySkipOperator("**"))
            {
                Ensure(moreNamed is null);
                moreNamed = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Next.IsOperator("="))
            {
                Ensure(moreNamed is null);
                var name = tokens.Take().Text;
                tokens.Take();
                Ensure(!named.Exists(argument => argument.Key == name));
                named.Add(new(name, Parse()));
            }
            else
            {
                Ensure(isFirst && named.Count == 0);
                positional.Add(Parse());
            }

            if (!tokens.TrySkipOperator(","))
            {
                break;
            }
        }

        tokens.ExpectOperator(")");
        return new ArgumentList(positional, named, morePositional, moreNamed);

        void Ensure(bool valid)
        {
            if (!valid)
            {
                throw new SyntaxFault("invalid syntax for function call expression", line);
            }
        }
    }

    private Expression ParseTest(Expression target)
    {
        var line = tokens.Take().Line;
        var isNegated = tokens.TrySkipName("not");
        var name = ParseDottedName();
        Check(Tests.Exists(name), "test", name, line);
        var arguments = tokens.Current.IsOperator("(") ? ParseArguments()
            : StartsTestArgument() ? new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null)
            : ArgumentList.None;
        var test = new TestExpression(target, name, arguments, line);
        return isNegated ? new NotExpression(test, line) : test;
    }

    private bool StartsTestArgument()
    {
        if (tokens.Current.IsName("is"))
        {
            throw tokens.Fault("You cannot chain multiple tests with is");
        }

        return tokens.Current is { Kind: TokenKind.String or TokenKind.Integer or TokenKind.Float }
            or { Kind: TokenKind.Name, Text: not ("else" or "or" or "and") }
            or { Kind: TokenKind.Operator, Text: "[" or "{" };
    }

    private string ParseDottedName()
    {
        var name = tokens.Expect(TokenKind.Name).Text;
        if (!tokens.Current.IsOperator("."))
        {
            return name;
        }

        var text = new StringBuilder(name);
        while (tokens.TrySkipOperator("."))
        {
            text.Append('.').Append(tokens.Expect(TokenKind.Name).Text);
        }

        return text.ToString();
    }

    private void Check(bool exists, string kind, string name, int line)
    {
        if (!exists && GuardDepth == 0)
        {
            UnknownName ??= new SyntaxFault($"No {kind} named '{name}'.", line);
        }
    }
}
