using LmDeploy.Text.Templates.Builtins;
using LmDeploy.Text.Templates.Syntax;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Evaluates expressions. One a rendering; not thread-safe.</summary>
internal sealed class ExpressionEvaluator(RenderContext context)
{
    public Value Evaluate(Expression expression, Scope scope)
    {
        context.Budget.Enter();
        context.Budget.Step();
        context.Line = expression.Line;
        var value = expression switch
        {
            ConstantExpression constant => constant.Value,
            NameExpression name => scope.Find(name.Name) ?? Globals.Find(name.Name) ?? UndefinedValue.Variable(name.Name),
            AttributeExpression attribute => Access.Attribute(Evaluate(attribute.Target, scope), attribute.Name, context),
            ItemExpression item => Access.Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope), context),
            SliceExpression slice => new SliceValue(Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope)),
            CallExpression call => Call(call, scope, caller: null),
            FilterExpression filter => Filter(filter, scope, Evaluate(filter.Target!, scope)),
            TestExpression test => Test(test, scope),
            ComparisonExpression comparison => Compare(comparison, scope),
            LogicalExpression logical => EvaluateLogical(logical, scope),
            NotExpression not => BooleanValue.Of(!Evaluate(not.Operand, scope).IsTrue),
            ConditionalExpression conditional => EvaluateConditional(conditional, scope),
            ArithmeticExpression arithmetic => EvaluateArithmetic(arithmetic, scope),
            ConcatenationExpression concatenation => Concatenate(concatenation, scope),
            SignExpression sign => Arithmetic.Sign(Evaluate(sign.Operand, scope), sign.IsNegative),
            ListExpression list => context.List(EvaluateAll(list.Items, scope)),
            TupleExpression tuple => new TupleValue(EvaluateAll(tuple.Items, scope)),
            DictionaryExpression dictionary => EvaluateDictionary(dictionary, scope),
            _ => throw new InvalidOperationException($"no evaluation for {expression.GetType().Name}"),
        };
        context.Budget.Leave();
        return value;
    }

    /// <summary>Makes a call.</summary>
    /// <param name="caller">The body of the <c>call</c> block that makes it; null outside of one.</param>
    public Value Call(CallExpression call, Scope scope, MacroValue? caller)
    {
        var target = Evaluate(call.Target, scope);
        var arguments = Bind(call.Arguments, scope, caller);
        context.Line = call.Line;
        return target switch
        {
            CallableValue callable => callable.Call(arguments, context),
            UndefinedValue undefined => throw undefined.Fault(),
            _ => throw TemplateFault.Type($"'{target.TypeName}' object is not callable"),
        };
    }

    /// <summary>Applies the filters of a <c>filter</c> or <c>set</c> block to its text.</summary>
    public Value FilterBlock(FilterExpression filter, Scope scope, Value text) =>
        Filter(filter, scope, filter.Target is FilterExpression inner ? FilterBlock(inner, scope, text) : text);

    private Value Filter(FilterExpression filter, Scope scope, Value value)
    {
        var body = Filters.Find(filter.Name) ?? throw new TemplateFault($"No filter named '{filter.Name}' found.");
        var arguments = Bind(filter.Arguments, scope);
        context.Line = filter.Line;
        return body(value, arguments, context);
    }

    private BooleanValue Test(TestExpression test, Scope scope)
    {
        var value = Evaluate(test.Target, scope);
        var body = Tests.Find(test.Name) ?? throw new TemplateFault($"No test named '{test.Name}' found.");
        return BooleanValue.Of(body(value, Bind(test.Arguments, scope), context));
    }

    private Value EvaluateLogical(LogicalExpression logical, Scope scope)
    {
        var left = Evaluate(logical.Left, scope);
        return left.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
    }

    private Value EvaluateConditional(ConditionalExpression conditional, Scope scope) =>
        Evaluate(conditional.Condition, scope).IsTrue ? Evaluate(conditional.Then, scope)
        : conditional.Otherwise is not null ? Evaluate(conditional.Otherwise, scope)
        : new UndefinedValue($"the inline if-expression on line {conditional.Line} evaluated to false and no else section was defined.");

    private Value EvaluateArithmetic(ArithmeticExpression arithmetic, Scope scope)
    {
        var left = Evaluate(arithmetic.Left, scope);
        var right = Evaluate(arithmetic.Right, scope);
        context.Line = arithmetic.Line;
        return Arithmetic.Apply(arithmetic.Operator, left, right, context);
    }

    private BooleanValue Compare(ComparisonExpression comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (sign, operand) in comparison.Operands)
        {
            var right = Evaluate(operand, scope);
            if (!Comparison.Holds(sign, left, right, context))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private StringValue Concatenate(ConcatenationExpression concatenation, Scope scope)
    {
        var text = new TextBuffer(context.Budget);
        foreach (var item in concatenation.Items)
        {
            Evaluate(item, scope).WriteText(text);
        }

        return new StringValue(text.ToString());
    }

    private DictionaryValue EvaluateDictionary(DictionaryExpression expression, Scope scope)
    {
        var dictionary = new DictionaryValue(context.Comparer);
        foreach (var (key, value) in expression.Entries)
        {
            dictionary.Set(Evaluate(key, scope), Evaluate(value, scope));
        }

        context.Budget.Items(expression.Entries.Count);
        return dictionary;
    }

    private Value Optional(Expression? expression, Scope scope) => expression is null ? NoneValue.Instance : Evaluate(expression, scope);

    private Value[] EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        if (expressions.Count == 0)
        {
            return [];
        }

        var values = new Value[expressions.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Evaluate(expressions[i], scope);
        }

        return values;
    }

    private CallArguments Bind(ArgumentList list, Scope scope, MacroValue? caller = null)
    {
        if (ReferenceEquals(list, ArgumentList.None) && caller is null)
        {
            return CallArguments.None;
        }

        IReadOnlyList<Value> positional = EvaluateAll(list.Positional, scope);
        List<KeyValuePair<string, Value>> named = [];
        foreach (var (name, expression) in list.Named)
        {
            named.Add(new(name, Evaluate(expression, scope)));
        }

        if (caller is not null)
        {
            named.Add(new("caller", caller));
        }

        if (list.MorePositional is not null)
        {
            positional = [.. positional, .. context.Items(Evaluate(list.MorePositional, scope))];
        }

        if (list.MoreNamed is not null)
        {
            AddNamed(Evaluate(list.MoreNamed, scope), named);
        }

        return new CallArguments(positional, named);
    }

    private static void AddNamed(Value value, List<KeyValuePair<string, Value>> named)
    {
        if (value is not DictionaryValue dictionary)
        {
            throw TemplateFault.Type($"argument after ** must be a mapping, not {value.TypeName}");
        }

        var seen = named.Select(argument => argument.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, item) in dictionary.Entries)
        {
            if (key is not StringValue name)
            {
                throw TemplateFault.Type("keywords must be strings");
            }

            if (!seen.Add(name.Text))
            {
                throw TemplateFault.Type($"got multiple values for keyword argument '{name.Text}'");
            }

            named.Add(new(name.Text, item));
        }
    }
}
