using System.Globalization;
using System.Numerics;
using System.Text;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Syntax;

/// <summary>Parses expressions by recursive descent; the grammar and its precedences are Jinja2's.</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    private readonly Stack<MacroNames> _macros = [];

    /// <summary>How many conditions guard what is being parsed: there, an unknown filter or test only fails if it is reached.</summary>
    public int GuardDepth { get; set; }

    /// <summary>The first use of an unknown filter or test that no condition guards; null when there is none.</summary>
    public SyntaxFault? UnknownName { get; private set; }

    /// <summary>Starts to watch the names that a macro's body uses.</summary>
    public MacroNames EnterMacro()
    {
        var names = new MacroNames();
        _macros.Push(names);
        return names;
    }

    public void LeaveMacro() => _macros.Pop();

    /// <summary>Parses an expression, or several separated by commas as a tuple.</summary>
    /// <param name="withConditional">Whether <c>a if b else c</c> may stand here.</param>
    /// <param name="endName">A name that ends the tuple.</param>
    /// <param name="allowEmpty">Whether nothing at all is the empty tuple.</param>
    public Expression ParseTuple(bool withConditional = true, string? endName = null, bool allowEmpty = false)
    {
        var line = tokens.Current.Line;
        List<Expression> items = [];
        var isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(Parse(withConditional));
            if (!tokens.TrySkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple || (items.Count == 0 && allowEmpty) ? new TupleExpression(items, line)
            : items.Count == 1 ? items[0]
            : throw tokens.Fault($"Expected an expression, got '{tokens.Current.Description}'");
    }

    public Expression Parse(bool withConditional = true)
    {
        tokens.Enter();
        var expression = withConditional ? ParseConditional() : ParseOr();
        tokens.Leave();
        return expression;
    }

    /// <summary>Whether a tuple without brackets ends here.</summary>
    public bool IsTupleEnd(string? endName) =>
        tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.Current.IsOperator(")")
        || (endName is not null && tokens.Current.IsName(endName));

    private Expression ParseConditional()
    {
        var line = tokens.Current.Line;
        var unknownBefore = UnknownName;
        var expression = ParseOr();
        while (tokens.TrySkipName("if"))
        {
            UnknownName = unknownBefore;
            GuardDepth++;
            var condition = ParseOr();
            var otherwise = tokens.TrySkipName("else") ? Parse() : null;
            GuardDepth--;
            expression = new ConditionalExpression(condition, expression, otherwise, line);
            line = tokens.Current.Line;
        }

        return expression;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.Current.IsName("or"))
        {
            var line = tokens.Take().Line;
            left = new LogicalExpression(false, left, ParseAnd(), line);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.IsName("and"))
        {
            var line = tokens.Take().Line;
            left = new LogicalExpression(true, left, ParseNot(), line);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.Current.IsName("not"))
        {
            return ParseComparison();
        }

        tokens.Enter();
        var line = tokens.Take().Line;
        var expression = new NotExpression(ParseNot(), line);
        tokens.Leave();
        return expression;
    }

    private Expression ParseComparison()
    {
        var line = tokens.Current.Line;
        var first = ParseSum();
        List<KeyValuePair<string, Expression>>? operands = null;
        while (TryTakeComparison() is { } sign)
        {
            (operands ??= []).Add(new(sign, ParseSum()));
        }

        return operands is null ? first : new ComparisonExpression(first, operands, line);
    }

    private string? TryTakeComparison()
    {
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" } sign)
        {
            tokens.Take();
            return sign.Text;
        }

        if (tokens.TrySkipName("in"))
        {
            return "in";
        }

        if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
        {
            tokens.Take();
            tokens.Take();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" } sign)
        {
            tokens.Take();
            left = new ArithmeticExpression(sign.Text, left, ParseConcatenation(), sign.Line);
        }

        return left;
    }

    private Expression ParseConcatenation()
    {
        var line = tokens.Current.Line;
        var first = ParseProduct();
        if (!tokens.Current.IsOperator("~"))
        {
            return first;
        }

        List<Expression> items = [first];
        while (tokens.TrySkipOperator("~"))
        {
            items.Add(ParseProduct());
        }

        return new ConcatenationExpression(items, line);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" } sign)
        {
            tokens.Take();
            left = new ArithmeticExpression(sign.Text, left, ParsePower(), sign.Line);
        }

        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (tokens.Current.IsOperator("**"))
        {
            var line = tokens.Take().Line;
            left = new ArithmeticExpression("**", left, ParseUnary(), line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        tokens.Enter();
        Expression expression;
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" } sign)
        {
            tokens.Take();
            expression = new SignExpression(sign.Text == "-", ParseUnary(withFilters: false), sign.Line);
        }
        else
        {
            expression = ParsePrimary();
        }

        expression = ParsePostfix(expression);
        expression = withFilters ? ParseFiltersAndTests(expression) : expression;
        tokens.Leave();
        return expression;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token)
        {
            case { Kind: TokenKind.Name, Text: "true" or "True" }:
                return new ConstantExpression(BooleanValue.True, token.Line);
            case { Kind: TokenKind.Name, Text: "false" or "False" }:
                return new ConstantExpression(BooleanValue.False, token.Line);
            case { Kind: TokenKind.Name, Text: "none" or "None" }:
                return new ConstantExpression(NoneValue.Instance, token.Line);
            case { Kind: TokenKind.Name }:
                foreach (var macro in _macros)
                {
                    macro.See(token.Text);
                }

                return new NameExpression(token.Text, token.Line);
            case { Kind: TokenKind.String }:
                return new ConstantExpression(new StringValue(ParseAdjacentStrings(token.Text)), token.Line);
            case { Kind: TokenKind.Integer }:
                return new ConstantExpression(ParseInteger(token), token.Line);
            case { Kind: TokenKind.Float }:
                var number = double.Parse(token.Text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                return new ConstantExpression(new FloatValue(number), token.Line);
            case { Kind: TokenKind.Operator, Text: "(" }:
                var tuple = ParseTuple(allowEmpty: true);
                tokens.ExpectOperator(")");
                return tuple;
            case { Kind: TokenKind.Operator, Text: "[" }:
                return ParseList(token.Line);
            case { Kind: TokenKind.Operator, Text: "{" }:
                return ParseDictionary(token.Line);
            default:
                throw new SyntaxFault($"unexpected '{token.Description}'", token.Line);
        }
    }

    private string ParseAdjacentStrings(string first)
    {
        if (tokens.Current.Kind != TokenKind.String)
        {
            return first;
        }

        var text = new StringBuilder(first);
        while (tokens.Current.Kind == TokenKind.String)
        {
            text.Append(tokens.Take().Text);
        }

        return text.ToString();
    }

    private static IntegerValue ParseInteger(Token token)
    {
        var digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        return digits.Length <= IntegerValue.MaxDigits && IntegerParser.TryParse(digits, 0, out var number) && number.GetBitLength() <= IntegerValue.MaxBits
            ? IntegerValue.Of(number)
            : throw new SyntaxFault($"the integer is too long: at most {IntegerValue.MaxDigits} digits are read", token.Line);
    }

    private ListExpression ParseList(int line)
    {
        List<Expression> items = [];
        while (!tokens.Current.IsOperator("]"))
        {
            items.Add(Parse());
            if (!tokens.TrySkipOperator(","))
            {
                break;
            }
        }

        tokens.ExpectOperator("]");
        return new ListExpression(items, line);
    }

    private DictionaryExpression ParseDictionary(int line)
    {
        List<KeyValuePair<Expression, Expression>> entries = [];
        while (!tokens.Current.IsOperator("}"))
        {
            var key = Parse();
            tokens.ExpectOperator(":");
            entries.Add(new(key, Parse()));
            if (!tokens.TrySkipOperator(","))
            {
                break;
            }
        }

        tokens.ExpectOperator("}");
        return new DictionaryExpression(entries, line);
    }
}
