using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>
/// Python's <c>pprint.pformat</c>: keys sorted, and a container that does not fit into 80 columns written one item a line.
/// Unlike there, a long text stays in one piece.
/// </summary>
internal sealed class PrettyText
{
    private const int Width = 80;

    private readonly RenderContext _context;
    private readonly TextBuffer _text;

    private PrettyText(RenderContext context)
    {
        _context = context;
        _text = new TextBuffer(context.Budget);
    }

    public static string Format(Value value, RenderContext context)
    {
        var pretty = new PrettyText(context);
        pretty.Write(value, 0, 0);
        return pretty._text.ToString();
    }

    /// <param name="indent">The column the value starts in.</param>
    /// <param name="allowance">How many closing brackets follow on the last line.</param>
    private void Write(Value value, int indent, int allowance)
    {
        _context.Budget.Enter();
        var line = _context.Representation(Sorted(value));
        if (line.Length <= Width - indent - allowance || value is not (DictionaryValue or ListValue or TupleValue) || value.Length == 0)
        {
            _text.Append(line);
        }
        else if (value is DictionaryValue dictionary)
        {
            WriteItems("{", Entries(dictionary), "}", indent, allowance, WriteEntry);
        }
        else
        {
            var sequence = (SequenceValue)value;
            var close = value is ListValue ? "]" : sequence.Count == 1 ? ",)" : ")";
            WriteItems(value is ListValue ? "[" : "(", [.. sequence.Iterate()], close, indent, allowance, Write);
        }

        _context.Budget.Leave();
    }

    private void WriteItems<T>(string open, T[] items, string close, int indent, int allowance, Action<T, int, int> write)
    {
        _text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            var isLast = i == items.Length - 1;
            write(items[i], indent + 1, isLast ? allowance + close.Length : 1);
            _text.Append(isLast ? close : ",\n" + new string(' ', indent + 1));
        }
    }

    private void WriteEntry(KeyValuePair<Value, Value> entry, int indent, int allowance)
    {
        var key = _context.Representation(entry.Key);
        _text.Append(key);
        _text.Append(": ");
        Write(entry.Value, indent + key.Length + 2, allowance);
    }

    private Value Sorted(Value value)
    {
        _context.Budget.Enter();
        Value sorted = value switch
        {
            DictionaryValue dictionary => SortedDictionary(dictionary),
            ListValue list => new ListValue([.. list.Iterate().Select(Sorted)]),
            TupleValue tuple => new TupleValue([.. tuple.Iterate().Select(Sorted)]),
            _ => value,
        };
        _context.Budget.Items(value.Length ?? 0);
        _context.Budget.Step();
        _context.Budget.Leave();
        return sorted;
    }

    private DictionaryValue SortedDictionary(DictionaryValue dictionary)
    {
        var sorted = new DictionaryValue(_context.Comparer);
        foreach (var (key, value) in Entries(dictionary))
        {
            sorted.Set(key, Sorted(value));
        }

        return sorted;
    }

    /// <summary>The entries by key; keys of different types by their types' names, as pprint does.</summary>
    private KeyValuePair<Value, Value>[] Entries(DictionaryValue dictionary) => OrderFilters.Sorted(
        dictionary.Entries,
        entry => new TupleValue([new StringValue(Numeric.IsNumber(entry.Key) ? "int" : entry.Key.TypeName), entry.Key]), isReversed: false, _context);
}
