namespace LmDeploy.Text.Templates.Syntax;

/// <summary>Parses a template's statements.</summary>
internal sealed class Parser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly Stack<string> _openTags = [];
    private int _loopDepth;

    private Parser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    /// <exception cref="SyntaxFault">The source is not a template.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new Parser(new TokenStream(Lexer.Tokenize(source)));
        var statements = parser.ParseUntil();
        return parser._expressions.UnknownName is { } unknown ? throw unknown : statements;
    }

    /// <summary>Parses statements up to one of the end tags, which becomes the current token; without end tags, up to the end.</summary>
    private List<Statement> ParseUntil(params ReadOnlySpan<string> endTags)
    {
        List<Statement> statements = [];
        while (_tokens.Current.Kind != TokenKind.End)
        {
            var token = _tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new TextStatement(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new OutputStatement(_expressions.ParseTuple(), token.Line));
                    _tokens.Expect(TokenKind.VariableEnd);
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && endTags.Contains(_tokens.Current.Text))
                    {
                        return statements;
                    }

                    statements.AddRange(ParseStatement(endTags));
                    _tokens.Expect(TokenKind.BlockEnd);
                    break;
            }
        }

        return endTags.IsEmpty ? statements : throw _tokens.Fault("Unexpected end of template. " + Expecting(endTags));
    }

    /// <summary>Parses the rest of the current tag, then a body and its end tag.</summary>
    private List<Statement> ParseBody(string endTag)
    {
        var body = ParseBodyUntil(endTag);
        _tokens.Take();
        return body;
    }

    private List<Statement> ParseBodyUntil(params ReadOnlySpan<string> endTags)
    {
        _tokens.TrySkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd);
        return ParseUntil(endTags);
    }

    private IReadOnlyList<Statement> ParseStatement(ReadOnlySpan<string> endTags)
    {
        var tag = _tokens.Current.Kind == TokenKind.Name ? _tokens.Take() : throw _tokens.Fault("tag name expected");
        _tokens.Enter();
        _openTags.Push(tag.Text);
        IReadOnlyList<Statement> statements = tag.Text switch
        {
            "print" => ParsePrint(tag.Line),
            "if" => [ParseIf(tag.Line)],
            "for" => [ParseFor(tag.Line)],
            "set" => [ParseSet(tag.Line)],
            "with" => [ParseWith(tag.Line)],
            "macro" => [ParseMacro(tag.Line)],
            "call" => [ParseCallBlock(tag.Line)],
            "filter" => [ParseFilterBlock(tag.Line)],
            "generation" => [ParseGeneration(tag.Line)],
            "block" => [ParseBlock(tag.Line)],
            "break" => [InLoop(new BreakStatement(tag.Line))],
            "continue" => [InLoop(new ContinueStatement(tag.Line))],
            "include" or "import" or "from" or "extends" => throw Unsupported(tag, "a chat template is one file"),
            "autoescape" => throw Unsupported(tag, "prompts are not escaped"),
            _ => throw UnknownTag(tag, endTags),
        };
        _openTags.Pop();
        _tokens.Leave();
        return statements;
    }

    private List<Statement> ParsePrint(int line)
    {
        List<Statement> outputs = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (outputs.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            outputs.Add(new OutputStatement(_expressions.Parse(), line));
        }

        return outputs;
    }

    private IfStatement ParseIf(int line)
    {
        List<ConditionalBody> branches = [];
        IReadOnlyList<Statement> otherwise = [];
        _expressions.GuardDepth++;
        while (true)
        {
            var condition = _expressions.ParseTuple(withConditional: false);
            branches.Add(new ConditionalBody(condition, ParseBodyUntil("elif", "else", "endif")));
            var next = _tokens.Take().Text;
            if (next == "elif")
            {
                continue;
            }

            if (next == "else")
            {
                otherwise = ParseBody("endif");
            }

            _expressions.GuardDepth--;
            return new IfStatement(branches, otherwise, line);
        }
    }

    private ForStatement ParseFor(int line)
    {
        var target = ParseTarget(endName: "in");
        _tokens.ExpectName("in");
        var items = _expressions.ParseTuple(withConditional: false, endName: "recursive");
        var filter = _tokens.TrySkipName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.TrySkipName("recursive");
        _loopDepth++;
        var body = ParseBodyUntil("endfor", "else");
        _loopDepth--;
        IReadOnlyList<Statement> otherwise = _tokens.Take().Text == "else" ? ParseBody("endfor") : [];
        return new ForStatement(target, items, filter, isRecursive, body, otherwise, line);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(withNamespace: true);
        return _tokens.TrySkipOperator("=")
            ? new SetStatement(target, _expressions.ParseTuple(), line)
            : new SetBlockStatement(target, _expressions.ParseFilters(null), ParseBody("endset"), line);
    }

    private WithStatement ParseWith(int line)
    {
        List<KeyValuePair<AssignmentTarget, Expression>> variables = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var target = ParseTarget();
            _tokens.ExpectOperator("=");
            variables.Add(new(target, _expressions.Parse()));
        }

        return new WithStatement(variables, ParseBody("endwith"), line);
    }

    private MacroStatement ParseMacro(int line)
    {
        var name = ParseName();
        return new MacroStatement(ParseDefinition(name, ParseParameters(), "endmacro"), line);
    }

    private CallBlockStatement ParseCallBlock(int line)
    {
        var parameters = _tokens.Current.IsOperator("(") ? ParseParameters() : [];
        var call = _expressions.Parse() as CallExpression ?? throw new SyntaxFault("expected call", line);
        return new CallBlockStatement(call, ParseDefinition("caller", parameters, "endcall"), line);
    }

    private FilterBlockStatement ParseFilterBlock(int line) =>
        new(_expressions.ParseFilters(null, startsInline: true)!, ParseBody("endfilter"), line);

    private ScopeStatement ParseGeneration(int line) => new(OutsideLoops(() => ParseBody("endgeneration")), SeesCallers: true, line);

    private ScopeStatement ParseBlock(int line)
    {
        var name = ParseName();
        var isScoped = _tokens.TrySkipName("scoped");
        var body = OutsideLoops(() => ParseBody("endblock"));
        _tokens.TrySkipName(name);
        return new ScopeStatement(body, isScoped, line);
    }

    private List<MacroParameter> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        List<MacroParameter> parameters = [];
        while (!_tokens.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var name = ParseName();
            var standard = _tokens.TrySkipOperator("=") ? _expressions.Parse() : null;
            if (standard is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw _tokens.Fault("non-default argument follows default argument");
            }

            parameters.Add(new MacroParameter(name, standard));
        }

        _tokens.ExpectOperator(")");
        return parameters;
    }

    private MacroDefinition ParseDefinition(string name, IReadOnlyList<MacroParameter> parameters, string endTag)
    {
        var names = _expressions.EnterMacro();
        var body = OutsideLoops(() => ParseBody(endTag));
        _expressions.LeaveMacro();
        return new MacroDefinition(name, parameters, body, names.Rest, names.NamedRest, names.Caller);
    }

    private AssignmentTarget ParseTarget(string? endName = null, bool withNamespace = false)
    {
        var line = _tokens.Current.Line;
        List<AssignmentTarget> targets = [];
        var isTuple = false;
        while (!_expressions.IsTupleEnd(endName))
        {
            targets.Add(ParseSingleTarget(withNamespace));
            if (!_tokens.TrySkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TupleTarget(targets, line)
            : targets.Count == 1 ? targets[0]
            : throw _tokens.Fault($"Expected an expression, got '{_tokens.Current.Description}'");
    }

    private AssignmentTarget ParseSingleTarget(bool withNamespace)
    {
        var line = _tokens.Current.Line;
        if (_tokens.TrySkipOperator("("))
        {
            _tokens.Enter();
            var inner = ParseTarget(withNamespace: withNamespace);
            _tokens.Leave();
            _tokens.ExpectOperator(")");
            return inner;
        }

        var name = ParseName();
        return withNamespace && _tokens.TrySkipOperator(".")
            ? new NamespaceTarget(name, _tokens.Expect(TokenKind.Name).Text, line)
            : new NameTarget(name, line);
    }

    private string ParseName()
    {
        var name = _tokens.Expect(TokenKind.Name);
        return name.Text is not ("true" or "True" or "false" or "False" or "none" or "None") ? name.Text
            : throw new SyntaxFault($"can't assign to '{name.Text}'", name.Line);
    }

    private List<Statement> OutsideLoops(Func<List<Statement>> parse)
    {
        var loopDepth = _loopDepth;
        _loopDepth = 0;
        var body = parse();
        _loopDepth = loopDepth;
        return body;
    }

    private Statement InLoop(Statement statement) => _loopDepth > 0 ? statement
        : throw new SyntaxFault($"'{_openTags.Peek()}' outside loop", statement.Line);

    private SyntaxFault UnknownTag(Token tag, ReadOnlySpan<string> endTags)
    {
        _openTags.Pop();
        return new($"Encountered unknown tag '{tag.Text}'. {(endTags.IsEmpty ? "" : Expecting(endTags))}".TrimEnd(), tag.Line);
    }

    private string Expecting(ReadOnlySpan<string> endTags)
    {
        var wanted = string.Join(" or ", endTags.ToArray().Select(tag => $"'{tag}'"));
        return $"Jinja was looking for the following tags: {wanted}. The innermost block that needs to be closed is '{_openTags.Peek()}'.";
    }

    private static SyntaxFault Unsupported(Token tag, string reason) => new($"the tag '{tag.Text}' is not supported: {reason}", tag.Line);
}
