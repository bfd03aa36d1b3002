using System.Globalization;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Python's <c>str.format</c>.</summary>
internal sealed class BraceFormat(CallArguments arguments, RenderContext context)
{
    private const int MaxNesting = 2;

    /// <summary>The next field without a number; negative once a field has had one.</summary>
    private int _automatic;

    public static string Apply(string format, CallArguments arguments, RenderContext context) => new BraceFormat(arguments, context).Format(format, MaxNesting);

    private string Format(string format, int nesting)
    {
        if (nesting == 0)
        {
            throw TemplateFault.Value("Max string recursion exceeded");
        }

        var text = new TextBuffer(context.Budget);
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw TemplateFault.Value("Single '}' encountered in format string");
            }
            else
            {
                var end = FieldEnd(format, i + 1);
                text.Append(FormatField(format[(i + 1)..end], nesting));
                i = end;
            }
        }

        return text.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        if (start == format.Length)
        {
            throw TemplateFault.Value("Single '{' encountered in format string");
        }

        var depth = 1;
        for (var i = start; i < format.Length; i++)
        {
            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw TemplateFault.Value("expected '}' before end of string");
    }

    private string FormatField(string field, int nesting)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var head = colon < 0 ? field : field[..colon];
        var specification = colon < 0 ? "" : field[(colon + 1)..];
        var mark = head.IndexOf('!', StringComparison.Ordinal);
        var value = Resolve(mark < 0 ? head : head[..mark]);
        if (mark >= 0)
        {
            value = head[(mark + 1)..] switch
            {
                "r" or "a" => new StringValue(context.Representation(value)),
                "s" => new StringValue(context.Text(value)),
                _ => throw TemplateFault.Value($"Unknown conversion specifier '{head[(mark + 1)..]}'"),
            };
        }

        specification = specification.Contains('{') ? Format(specification, nesting - 1) : specification;
        return specification.Length == 0 ? context.Text(value) : Parse(specification).Format(value, context);
    }

    /// <summary>Finds the value of <c>name.attribute[key]</c>.</summary>
    private Value Resolve(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var name = end < 0 ? path : path[..end];
        var value = Argument(name);
        while (end >= 0 && end < path.Length)
        {
            context.Budget.Step();
            var isKey = path[end] == '[';
            var start = end + 1;
            var offset = isKey ? path.AsSpan(start).IndexOf(']') : path.AsSpan(start).IndexOfAny('.', '[');
            end = offset < 0 ? path.Length : start + offset;
            var part = path[start..end];
            value = isKey ? Access.Item(value, Key(part), context) : Access.FindAttribute(value, part) ?? UndefinedValue.Attribute(value, part, context.Budget);
            end += isKey ? 1 : 0;
        }

        return value;
    }

    private Value Argument(string name)
    {
        if (name.Length == 0 ? _automatic < 0 : _automatic > 0 && char.IsAsciiDigit(name[0]))
        {
            throw TemplateFault.Value(name.Length == 0
                ? "cannot switch from manual field specification to automatic field numbering"
                : "cannot switch from automatic field numbering to manual field specification");
        }

        var isNumbered = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        if (isNumbered || name.Length == 0)
        {
            index = isNumbered ? index : _automatic++;
            _automatic = isNumbered ? -1 : _automatic;
            return index < arguments.Positional.Count ? arguments.Positional[index]
                : throw new TemplateFault($"IndexError: Replacement index {index} out of range for positional args tuple");
        }

        foreach (var (key, value) in arguments.Named)
        {
            if (key == name)
            {
                return value;
            }
        }

        throw new TemplateFault($"KeyError: '{name}'");
    }

    private static Value Key(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? IntegerValue.Of(index) : new StringValue(part);

    /// <summary>Parses <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
    private static FormatSpecification Parse(string text)
    {
        var i = 0;
        var (fill, align) = (" ", '\0');
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            (fill, align, i) = (text[..1], text[1], 2);
        }
        else if (text[0] is '<' or '>' or '^' or '=')
        {
            (align, i) = (text[0], 1);
        }

        var sign = Take("+- ", '-');
        var alternate = Take("#", '\0') != '\0';
        if (Take("0", '\0') != '\0' && align == '\0')
        {
            (fill, align) = ("0", '=');
        }

        var width = Number(0);
        var grouping = Take(",_", '\0');
        var precision = Take(".", '\0') == '\0' ? -1 : Number(-1);
        var type = i < text.Length ? text[i++] : '\0';
        return i == text.Length
            ? new FormatSpecification(fill, align, sign, alternate, width, grouping, precision, type)
            : throw TemplateFault.Value($"Invalid format specifier '{text}'");

        char Take(string allowed, char otherwise) => i < text.Length && allowed.Contains(text[i]) ? text[i++] : otherwise;

        int Number(int otherwise)
        {
            long number = 0;
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                number = Math.Min((number * 10) + text[i++] - '0', int.MaxValue);
            }

            return i == start ? otherwise : (int)number;
        }
    }
}
