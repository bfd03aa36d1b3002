using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PrintfFormat
{
    private readonly string _format;
    private readonly Value _values;
    private readonly bool _escapes;
    private readonly RenderContext _context;
    private int _position;
    private int _used;

    private PrintfFormat(StringValue format, Value values, RenderContext context)
    {
        _format = format.Text;
        _values = values;
        _escapes = format.IsSafe;
        _context = context;
    }

    /// <param name="values">A tuple of the values, a dictionary for named ones, or the only value.</param>
    public static StringValue Apply(StringValue format, Value values, RenderContext context) =>
        new(new PrintfFormat(format, values, context).Run(), format.IsSafe);

    private string Run()
    {
        var text = new TextBuffer(_context.Budget);
        while (_position < _format.Length)
        {
            var next = _format.IndexOf('%', _position);
            text.Append(_format[_position..(next < 0 ? _format.Length : next)]);
            _position = next < 0 ? _format.Length : next + 1;
            if (next >= 0)
            {
                text.Append(Convert());
            }
        }

        var unused = _values is TupleValue tuple ? _used < tuple.Count : _used == 0 && _values is not (DictionaryValue or ListValue or UndefinedValue);
        return unused ? throw TemplateFault.Type("not all arguments converted during string formatting") : text.ToString();
    }

    private string Convert()
    {
        var key = TryTake('(') ? TakeUntil(')') : null;
        var flags = "";
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
        {
            flags += Take();
        }

        var width = TakeNumber(0);
        var precision = TryTake('.') ? TakeNumber(0) : -1;
        while (Peek() is 'l' or 'h' or 'L')
        {
            Take();
        }

        var type = Take();
        if (type == '%')
        {
            return "%";
        }

        var value = NextValue(key);
        var isNumber = type is 'd' or 'i' or 'u' or 'x' or 'X' or 'o' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G';
        var align = flags.Contains('-') || width < 0 ? '<' : isNumber && flags.Contains('0') ? '=' : '>';
        var specification = new FormatSpecification(
            align == '=' ? "0" : " ", align, flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-',
                flags.Contains('#'), Math.Abs(width), '\0', precision, type);
        return isNumber ? FormatNumber(value, specification) : FormatText(value, specification);
    }

    private string FormatNumber(Value value, FormatSpecification specification)
    {
        if (!Numeric.IsNumber(value))
        {
            throw (value as UndefinedValue)?.Fault()
                ?? TemplateFault.Type($"%{specification.Type} format: a real number is required, not {value.TypeName}");
        }

        if (value is FloatValue real && specification.Type is 'd' or 'i' or 'u')
        {
            value = double.IsFinite(real.Number)
                ? IntegerValue.Of(new System.Numerics.BigInteger(real.Number))
                : throw TemplateFault.Value("cannot convert float NaN or infinity to integer");
        }

        if (value is FloatValue && specification.Type is 'x' or 'X' or 'o')
        {
            throw TemplateFault.Type($"%{specification.Type} format: an integer is required, not float");
        }

        return specification.Format(value, _context);
    }

    private string FormatText(Value value, FormatSpecification specification)
    {
        if (specification.Type == 'c' && value is IntegerValue)
        {
            return specification.Format(value, _context);
        }

        var text = specification.Type switch
        {
            's' or 'c' => _escapes ? Markup.Escape(value, _context) : _context.Text(value),
            'r' or 'a' => _context.Representation(value),
            _ => throw TemplateFault.Value($"unsupported format character '{specification.Type}' (0x{(int)specification.Type:x}) at index {_position - 1}"),
        };
        return (specification with { Type = 's' }).Format(new StringValue(text), _context);
    }

    private Value NextValue(string? key)
    {
        if (key is not null)
        {
            _used++;
            return _values is not DictionaryValue ? throw TemplateFault.Type("format requires a mapping")
                : _values.TryGetItem(new StringValue(key), out var named) ? named : throw new TemplateFault($"KeyError: '{key}'");
        }

        if (_values is not TupleValue tuple)
        {
            return _used++ == 0 ? _values : throw TemplateFault.Type("not enough arguments for format string");
        }

        return _used < tuple.Count ? tuple[_used++] : throw TemplateFault.Type("not enough arguments for format string");
    }

    private int TakeNumber(int otherwise)
    {
        if (TryTake('*'))
        {
            return RenderContext.Index(NextValue(null));
        }

        long number = otherwise;
        while (char.IsAsciiDigit(Peek()))
        {
            number = Math.Min((number * 10) + Take() - '0', int.MaxValue);
        }

        return (int)number;
    }

    private string TakeUntil(char end)
    {
        var start = _position;
        var found = _format.IndexOf(end, start);
        _position = found < 0 ? throw TemplateFault.Value("incomplete format key") : found + 1;
        return _format[start..found];
    }

    private char Peek() => _position < _format.Length ? _format[_position] : '\0';

    private bool TryTake(char wanted)
    {
        var matches = Peek() == wanted;
        _position += matches ? 1 : 0;
        return matches;
    }

    private char Take() => _position < _format.Length ? _format[_position++] : throw TemplateFault.Value("incomplete format");
}
