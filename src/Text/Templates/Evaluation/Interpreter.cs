using LmDeploy.Text.Templates.Syntax;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Executes a template's statements. One a rendering; not thread-safe.</summary>
internal sealed class Interpreter
{
    private readonly RenderContext _context;
    private readonly ExpressionEvaluator _expressions;

    public Interpreter(RenderContext context)
    {
        _context = context;
        _expressions = new ExpressionEvaluator(context);
    }

    /// <summary>Executes statements and returns the text they write.</summary>
    public string Render(IReadOnlyList<Statement> statements, Scope scope)
    {
        var output = new TextBuffer(_context.Budget);
        Execute(statements, scope, output);
        return output.ToString();
    }

    public Value Evaluate(Expression expression, Scope scope) => _expressions.Evaluate(expression, scope);

    private Flow Execute(IReadOnlyList<Statement> statements, Scope scope, TextBuffer output)
    {
        _context.Budget.Enter();
        var flow = Flow.Normal;
        for (var i = 0; i < statements.Count && flow == Flow.Normal; i++)
        {
            _context.Budget.Step();
            _context.Line = statements[i].Line;
            flow = Execute(statements[i], scope, output);
        }

        _context.Budget.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope, TextBuffer output)
    {
        switch (statement)
        {
            case TextStatement text:
                output.Append(text.Text);
                return Flow.Normal;
            case OutputStatement value:
                Evaluate(value.Value, scope).WriteText(output);
                return Flow.Normal;
            case IfStatement branches:
                return ExecuteIf(branches, scope, output);
            case ForStatement loop:
                ExecuteLoop(loop, Evaluate(loop.Items, scope), scope, output, depth: 0);
                return Flow.Normal;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                return Flow.Normal;
            case SetBlockStatement block:
                return ExecuteSetBlock(block, scope);
            case WithStatement with:
                return ExecuteWith(with, scope, output);
            case ScopeStatement block:
                return Execute(block.Body, new Scope(block.SeesCallers ? scope : scope.Root), output);
            case MacroStatement macro:
                scope.Set(macro.Macro.Name, new MacroValue(macro.Macro, scope, this));
                return Flow.Normal;
            case CallBlockStatement call:
                _expressions.Call(call.Call, scope, new MacroValue(call.Caller, scope, this)).WriteText(output);
                return Flow.Normal;
            case FilterBlockStatement block:
                return ExecuteFilterBlock(block, scope, output);
            case BreakStatement:
                return Flow.Break;
            case ContinueStatement:
                return Flow.Continue;
            default:
                throw new InvalidOperationException($"no execution for {statement.GetType().Name}");
        }
    }

    private Flow ExecuteIf(IfStatement statement, Scope scope, TextBuffer output)
    {
        foreach (var branch in statement.Branches)
        {
            if (Evaluate(branch.Condition, scope).IsTrue)
            {
                return Execute(branch.Body, scope, output);
            }
        }

        return Execute(statement.Otherwise, scope, output);
    }

    private void ExecuteLoop(ForStatement statement, Value source, Scope scope, TextBuffer output, int depth)
    {
        var items = _context.Iterate(source);
        var loop = new LoopValue(
            statement.Filter is null ? source : NoneValue.Instance,
            statement.Filter is null ? items : Filter(statement, items, scope),
            depth,
            statement.IsRecursive ? inner => Recurse(statement, inner, scope, depth + 1) : null,
            _context);
        var flow = Flow.Normal;
        var isEmpty = true;
        while (flow != Flow.Break && loop.TryMoveNext(out var item))
        {
            isEmpty = false;
            var body = new Scope(scope);
            body.Set("loop", loop);
            Assign(statement.Target, item, body);
            flow = Execute(statement.Body, body, output);
        }

        if (isEmpty)
        {
            Execute(statement.Otherwise, new Scope(scope), output);
        }
    }

    private IEnumerable<Value> Filter(ForStatement statement, IEnumerable<Value> items, Scope scope)
    {
        foreach (var item in items)
        {
            var test = new Scope(scope);
            Assign(statement.Target, item, test);
            if (Evaluate(statement.Filter!, test).IsTrue)
            {
                yield return item;
            }
        }
    }

    private StringValue Recurse(ForStatement statement, Value items, Scope scope, int depth)
    {
        var output = new TextBuffer(_context.Budget);
        _context.Budget.Enter();
        ExecuteLoop(statement, items, scope, output, depth);
        _context.Budget.Leave();
        return _context.String(output.ToString());
    }

    private Flow ExecuteSetBlock(SetBlockStatement statement, Scope scope)
    {
        var buffer = new TextBuffer(_context.Budget);
        var flow = Execute(statement.Body, new Scope(scope), buffer);
        if (flow == Flow.Normal)
        {
            Value text = new StringValue(buffer.ToString());
            Assign(statement.Target, statement.Filter is null ? text : _expressions.FilterBlock(statement.Filter, scope, text), scope);
        }

        return flow;
    }

    private Flow ExecuteWith(WithStatement statement, Scope scope, TextBuffer output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in statement.Variables)
        {
            Assign(target, Evaluate(value, scope), inner);
        }

        return Execute(statement.Body, inner, output);
    }

    private Flow ExecuteFilterBlock(FilterBlockStatement statement, Scope scope, TextBuffer output)
    {
        var buffer = new TextBuffer(_context.Budget);
        var flow = Execute(statement.Body, new Scope(scope), buffer);
        if (flow == Flow.Normal)
        {
            _expressions.FilterBlock(statement.Filter, scope, new StringValue(buffer.ToString())).WriteText(output);
        }

        return flow;
    }

    private void Assign(AssignmentTarget target, Value value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case NamespaceTarget reference when scope.Find(reference.Name) is NamespaceValue known:
                known.Set(reference.Attribute, value);
                break;
            case NamespaceTarget:
                throw new TemplateFault("cannot assign attribute on non-namespace object");
            case TupleTarget tuple:
                AssignItems(tuple, value, scope);
                break;
        }
    }

    private void AssignItems(TupleTarget target, Value value, Scope scope)
    {
        var wanted = target.Items.Count;
        if (value is not UndefinedValue && value.Iterate() is null)
        {
            throw TemplateFault.Type($"cannot unpack non-iterable {value.TypeName} object");
        }

        List<Value> items = [.. _context.Iterate(value).Take(wanted + 1)];
        if (items.Count != wanted)
        {
            throw TemplateFault.Value(items.Count > wanted
                ? $"too many values to unpack (expected {wanted})"
                : $"not enough values to unpack (expected {wanted}, got {items.Count})");
        }

        for (var i = 0; i < wanted; i++)
        {
            Assign(target.Items[i], items[i], scope);
        }
    }
}
