using System.Diagnostics.CodeAnalysis;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>The <c>loop</c> variable. It looks one item ahead only when asked, and counts a generator's items only when asked.</summary>
/// <param name="source">What is iterated.</param>
/// <param name="items">Its items.</param>
/// <param name="recurse">Renders the loop's body over other items, one level deeper; null when the loop is not recursive.</param>
internal sealed class LoopValue(Value source, IEnumerable<Value> items, int depth, Func<Value, Value>? recurse, RenderContext context) : CallableValue
{
    private readonly Queue<Value> _ahead = new();
    private readonly IEnumerator<Value> _items = items.GetEnumerator();
    private int _index = -1;
    private int? _length;
    private Value? _previous;
    private Value? _current;
    private IReadOnlyList<Value>? _lastChanged;

    public override string TypeName => "LoopContext";

    public override string ObjectName => "jinja2.runtime.LoopContext object";

    public override int? Length => _length ??= source.Length is { } known && source is not UndefinedValue ? known : CountAll();

    /// <summary>Moves to the next item.</summary>
    public bool TryMoveNext([NotNullWhen(true)] out Value? item)
    {
        _previous = _current;
        item = _ahead.TryDequeue(out var waiting) ? waiting : _items.MoveNext() ? _items.Current : null;
        _current = item;
        _index++;
        return item is not null;
    }

    public override Value Call(CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("loop", 1, "iterable");
        return recurse is null
            ? throw TemplateFault.Type("The loop must have the 'recursive' marker to be called recursively.")
            : recurse(bound[0]!);
    }

    public override bool TryGetAttribute(string name, [NotNullWhen(true)] out Value? attribute)
    {
        attribute = name switch
        {
            "index" => IntegerValue.Of(_index + 1),
            "index0" => IntegerValue.Of(_index),
            "revindex" => IntegerValue.Of(Length!.Value - _index),
            "revindex0" => IntegerValue.Of(Length!.Value - _index - 1),
            "first" => BooleanValue.Of(_index == 0),
            "last" => BooleanValue.Of(Peek() is null),
            "length" => IntegerValue.Of(Length!.Value),
            "depth" => IntegerValue.Of(depth + 1),
            "depth0" => IntegerValue.Of(depth),
            "previtem" => _index == 0 ? new UndefinedValue("there is no previous item") : _previous,
            "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
            "cycle" => new FunctionValue("cycle", "method", Cycle),
            "changed" => new FunctionValue("changed", "method", Changed),
            _ => null,
        };
        return attribute is not null;
    }

    public override void WriteRepresentation(TextBuffer text) => text.Append($"<LoopContext {_index + 1}/{Length}>");

    private Value? Peek()
    {
        if (_ahead.Count == 0 && _items.MoveNext())
        {
            _ahead.Enqueue(_items.Current);
        }

        return _ahead.TryPeek(out var next) ? next : null;
    }

    private int CountAll()
    {
        while (_items.MoveNext())
        {
            _ahead.Enqueue(_items.Current);
            context.Budget.Item();
        }

        return _index + 1 + _ahead.Count;
    }

    private Value Cycle(CallArguments arguments, RenderContext _) => arguments.Positional.Count > 0
        ? arguments.Positional[_index % arguments.Positional.Count]
        : throw TemplateFault.Type("no items for cycling given");

    private BooleanValue Changed(CallArguments arguments, RenderContext _)
    {
        var values = arguments.Positional;
        if (_lastChanged is not null && context.Comparer.Equals(new TupleValue(_lastChanged), new TupleValue(values)))
        {
            return BooleanValue.False;
        }

        _lastChanged = values;
        return BooleanValue.True;
    }
}
