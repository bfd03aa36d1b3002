using System.Numerics;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>One rendering: what it may spend, its clock, the line it is at, and the conversions that every built-in needs. Not thread-safe.</summary>
internal sealed class RenderContext
{
    public RenderContext(TimeProvider clock, CancellationToken cancellationToken)
    {
        Clock = clock;
        Budget = new RenderBudget(cancellationToken);
        Comparer = new ValueComparer(Budget);
    }

    public TimeProvider Clock { get; }

    public RenderBudget Budget { get; }

    public ValueComparer Comparer { get; }

    /// <summary>The line being evaluated, for errors.</summary>
    public int Line { get; set; } = 1;

    /// <summary>Python's <c>str(value)</c>.</summary>
    public string Text(Value value) => TextBuffer.Of(value, Budget);

    /// <summary>Python's <c>repr(value)</c>.</summary>
    public string Representation(Value value) => TextBuffer.Representation(value, Budget);

    /// <summary>A string value that is accounted for.</summary>
    public StringValue String(string text, bool isSafe = false)
    {
        Budget.Text(0, text.Length);
        return new StringValue(text, isSafe);
    }

    /// <summary>A list value that is accounted for.</summary>
    public ListValue List(IReadOnlyList<Value> items)
    {
        Budget.Items(items.Count);
        return new ListValue(items);
    }

    /// <summary>Goes through a value's items, each a step.</summary>
    /// <exception cref="TemplateFault">The value cannot be iterated.</exception>
    public IEnumerable<Value> Iterate(Value value)
    {
        return Stepping(value.Iterate() ?? throw TemplateFault.NotIterable(value));

        IEnumerable<Value> Stepping(IEnumerable<Value> items)
        {
            foreach (var item in items)
            {
                Budget.Step();
                yield return item;
            }
        }
    }

    /// <summary>Takes all of a value's items.</summary>
    public List<Value> Items(Value value)
    {
        List<Value> items = [];
        foreach (var item in Iterate(value))
        {
            items.Add(item);
            Budget.Item();
        }

        return items;
    }

    /// <summary>Python's <c>len(value)</c>.</summary>
    /// <exception cref="TemplateFault">The value has no length.</exception>
    public static int Length(Value value) => value.Length ?? throw TemplateFault.Type($"object of type '{value.TypeName}' has no len()");

    /// <summary>An integer argument.</summary>
    /// <exception cref="TemplateFault">The value is no integer.</exception>
    public static BigInteger Integer(Value value) => Numeric.TryInteger(value, out var number) ? number
        : throw (value as UndefinedValue)?.Fault() ?? TemplateFault.Type($"'{value.TypeName}' object cannot be interpreted as an integer");

    /// <summary>An integer argument kept within what an index can be.</summary>
    public static int Index(Value value) => (int)BigInteger.Clamp(Integer(value), -int.MaxValue, int.MaxValue);

    /// <summary>A text argument.</summary>
    /// <exception cref="TemplateFault">The value is no string.</exception>
    public static string Characters(Value value) => value is StringValue text ? text.Text
        : throw (value as UndefinedValue)?.Fault() ?? TemplateFault.Type($"must be str, not {value.TypeName}");
}
