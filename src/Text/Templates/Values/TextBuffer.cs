using System.Text;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Text being put together under a budget: too much of it is a fault, not an exhausted process.</summary>
internal sealed class TextBuffer(RenderBudget budget)
{
    private readonly StringBuilder _text = new();

    public RenderBudget Budget { get; } = budget;

    public void Append(string text)
    {
        Budget.Text(_text.Length, text.Length);
        _text.Append(text);
    }

    public void Append(char character)
    {
        Budget.Text(_text.Length, 1);
        _text.Append(character);
    }

    public override string ToString() => _text.ToString();

    /// <summary>Python's <c>str(value)</c>.</summary>
    public static string Of(Value value, RenderBudget budget)
    {
        if (value is StringValue known)
        {
            return known.Text;
        }

        var text = new TextBuffer(budget);
        value.WriteText(text);
        return text.ToString();
    }

    /// <summary>Python's <c>repr(value)</c>.</summary>
    public static string Representation(Value value, RenderBudget budget)
    {
        var text = new TextBuffer(budget);
        value.WriteRepresentation(text);
        return text.ToString();
    }

    /// <summary>Writes <c>open item, item close</c>, the items as Python represents them.</summary>
    public void AppendItems(string open, IEnumerable<Value> items, string close)
    {
        Budget.Enter();
        Append(open);
        var first = true;
        foreach (var item in items)
        {
            Budget.Step();
            if (!first)
            {
                Append(", ");
            }

            first = false;
            item.WriteRepresentation(this);
        }

        Append(close);
        Budget.Leave();
    }
}
