using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>
/// The <c>tojson</c> filter that transformers installs in place of Jinja's: <c>json.dumps</c> with <c>ensure_ascii</c> off and nothing
/// escaped for HTML.
/// </summary>
internal sealed class JsonText
{
    private const int MaxIndent = 1024;

    private readonly TextBuffer _text;
    private readonly RenderContext _context;
    private readonly bool _isAscii;
    private readonly bool _isSorted;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private int _depth;

    private JsonText(CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        _context = context;
        _text = new TextBuffer(context.Budget);
        _isAscii = bound[0]?.IsTrue ?? false;
        _isSorted = bound[3]?.IsTrue ?? false;
        _indent = bound[1] switch
        {
            null or NoneValue => null,
            StringValue given => given.Text,
            _ => new string(' ', Math.Clamp(RenderContext.Index(bound[1]!), 0, MaxIndent)),
        };
        (_itemSeparator, _keySeparator) = (_indent is null ? ", " : ",", ": ");
        if (bound[2] is not (null or NoneValue))
        {
            var separators = context.Items(bound[2]!);
            (_itemSeparator, _keySeparator) = separators.Count == 2
                ? (RenderContext.Characters(separators[0]), RenderContext.Characters(separators[1]))
                : throw TemplateFault.Value("separators must be a pair of strings");
        }
    }

    public static Value Filter(Value value, CallArguments arguments, RenderContext context)
    {
        var writer = new JsonText(arguments, context);
        writer.Write(value);
        return new StringValue(writer._text.ToString());
    }

    private void Write(Value value)
    {
        _context.Budget.Step();
        switch (value)
        {
            case StringValue text:
                WriteString(text.Text);
                break;
            case ListValue or TupleValue:
                WriteContainer('[', ((SequenceValue)value).Iterate(), Write, ']');
                break;
            case DictionaryValue dictionary:
                WriteContainer('{', _isSorted ? Sorted(dictionary) : dictionary.Entries, WriteEntry, '}');
                break;
            default:
                _text.Append(Scalar(value) ?? throw TemplateFault.Type($"Object of type {value.TypeName} is not JSON serializable"));
                break;
        }
    }

    private static string? Scalar(Value value) => value switch
    {
        NoneValue => "null",
        BooleanValue boolean => boolean.IsTrue ? "true" : "false",
        IntegerValue integer => integer.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        FloatValue real => double.IsNaN(real.Number) ? "NaN"
            : double.IsInfinity(real.Number) ? (real.Number > 0 ? "Infinity" : "-Infinity")
            : FloatValue.Format(real.Number),
        _ => null,
    };

    private void WriteContainer<T>(char open, IEnumerable<T> items, Action<T> write, char close)
    {
        _context.Budget.Enter();
        _depth++;
        _text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
            {
                _text.Append(_itemSeparator);
            }

            isFirst = false;
            WriteNewLine();
            write(item);
        }

        _depth--;
        if (!isFirst)
        {
            WriteNewLine();
        }

        _text.Append(close);
        _context.Budget.Leave();
    }

    private void WriteNewLine()
    {
        if (_indent is null)
        {
            return;
        }

        _text.Append('\n');
        for (var i = 0; i < _depth; i++)
        {
            _text.Append(_indent);
        }
    }

    private void WriteEntry(KeyValuePair<Value, Value> entry)
    {
        var key = entry.Key is StringValue text ? text.Text
            : Scalar(entry.Key) ?? throw TemplateFault.Type($"keys must be str, int, float, bool or None, not {entry.Key.TypeName}");
        WriteString(key);
        _text.Append(_keySeparator);
        Write(entry.Value);
    }

    private KeyValuePair<Value, Value>[] Sorted(DictionaryValue dictionary)
    {
        var sorted = dictionary.Entries.ToArray();
        _context.Budget.Items(sorted.Length);
        return OrderFilters.Sorted(sorted, entry => entry.Key, isReversed: false, _context);
    }

    private void WriteString(string text)
    {
        _text.Append('"');
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var escape = Escape(text[i]);
            if (escape is not null)
            {
                _text.Append(text[start..i]);
                _text.Append(escape);
                start = i + 1;
            }
        }

        _text.Append(text[start..]);
        _text.Append('"');
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        < ' ' => $"\\u{(int)c:x4}",
        > '~' when _isAscii => $"\\u{(int)c:x4}",
        _ => null,
    };
}
