using System.Globalization;
using System.Numerics;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>How one value is formatted: what Python's format specifications and printf conversions have in common.</summary>
/// <param name="Fill">What pads the text to its width.</param>
/// <param name="Align"><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c> (between sign and digits), or NUL for the type's own.</param>
/// <param name="Sign"><c>+</c>, a space, or <c>-</c>.</param>
/// <param name="Alternate">Whether hexadecimal, octal and binary numbers carry their prefix.</param>
/// <param name="Precision">-1 when none is given.</param>
/// <param name="Grouping"><c>,</c>, <c>_</c>, or NUL for none.</param>
/// <param name="Type">The presentation type; NUL for the value's own.</param>
internal readonly record struct FormatSpecification(string Fill, char Align, char Sign, bool Alternate, int Width, char Grouping, int Precision, char Type)
{
    private const int MaxPrecision = 350;

    public string Format(Value value, RenderContext context)
    {
        if (Numeric.IsNumber(value))
        {
            return Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' || value is FloatValue ? FormatFloat(value, context) : FormatInteger(value, context);
        }

        if (value is not StringValue)
        {
            throw TemplateFault.Type($"unsupported format string passed to {value.TypeName}.__format__");
        }

        if (Type is not ('s' or '\0'))
        {
            throw TemplateFault.Value($"Unknown format code '{Type}' for object of type '{value.TypeName}'");
        }

        var text = new StringValue(context.Text(value));
        var cut = Precision >= 0 && Precision < text.Count ? new StringValue(text.Slice(0, Precision)) : text;
        return Pad("", cut.Text, cut.Count, '<', context);
    }

    private string FormatInteger(Value value, RenderContext context)
    {
        Numeric.TryInteger(value, out var number);
        var magnitude = BigInteger.Abs(number);
        var (prefix, digits) = Type switch
        {
            'x' => ("0x", Hexadecimal(magnitude)),
            'X' => ("0X", Hexadecimal(magnitude).ToUpperInvariant()),
            'o' => ("0o", Digits(magnitude, 3)),
            'b' => ("0b", Digits(magnitude, 1)),
            'c' => ("", char.ConvertFromUtf32((int)BigInteger.Min(magnitude, 0xD7FF))),
            'd' or 'i' or 'u' or 'n' or '\0' => ("", magnitude.ToString(CultureInfo.InvariantCulture)),
            _ => throw TemplateFault.Value($"Unknown format code '{Type}' for object of type '{value.TypeName}'"),
        };
        var grouped = Group(digits, prefix.Length > 0 ? 4 : 3);
        return Pad(SignOf(number.Sign < 0) + (Alternate ? prefix : ""), grouped, grouped.Length, '>', context);
    }

    private string FormatFloat(Value value, RenderContext context)
    {
        Numeric.TryDouble(value, out var number);
        if (Precision > MaxPrecision)
        {
            throw TemplateFault.Limit($"a number is formatted with more than {MaxPrecision} digits");
        }

        var isNegative = double.IsNegative(number) && !double.IsNaN(number);
        var text = Magnitude(Math.Abs(number));
        var point = text.AsSpan().IndexOfAny(".eE%");
        var whole = point < 0 ? text : text[..point];
        text = (char.IsAsciiDigit(text[0]) ? Group(whole, 3) : whole) + text[whole.Length..];
        return Pad(SignOf(isNegative), text, text.Length, '>', context);
    }

    private string Magnitude(double number)
    {
        if (!double.IsFinite(number))
        {
            var name = FloatValue.Format(number);
            return Type is 'E' or 'F' or 'G' ? name.ToUpperInvariant() : Type == '%' ? name + "%" : name;
        }

        var digits = Precision < 0 ? 6 : Precision;
        return Type switch
        {
            'f' or 'F' => number.ToString("F" + digits, CultureInfo.InvariantCulture),
            'e' or 'E' => Scientific(number, digits, Type),
            '%' => (number * 100).ToString("F" + digits, CultureInfo.InvariantCulture) + "%",
            'g' or 'G' or 'n' => General(number, Math.Max(digits, 1), Type == 'G' ? 'E' : 'e'),
            '\0' when Precision < 0 => FloatValue.Format(number),
            '\0' => General(number, Math.Max(digits, 1), 'e') is var text && text.AsSpan().IndexOfAny(".e") < 0 ? text + ".0" : text,
            _ => throw TemplateFault.Value($"Unknown format code '{Type}' for object of type 'float'"),
        };
    }

    private static string Scientific(double number, int digits, char mark)
    {
        var text = number.ToString("E" + digits, CultureInfo.InvariantCulture);
        var at = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text[..at]}{mark}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string General(double number, int digits, char mark)
    {
        var scientific = Scientific(number, digits - 1, mark);
        var at = scientific.IndexOf(mark, StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent < -4 || exponent >= digits
            ? Trim(scientific[..at]) + scientific[at..]
            : Trim(number.ToString("F" + (digits - 1 - exponent), CultureInfo.InvariantCulture));

        static string Trim(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    private static string Hexadecimal(BigInteger number) => Digits(number, 4);

    private static string Digits(BigInteger number, int bits)
    {
        List<char> digits = [];
        do
        {
            digits.Add("0123456789abcdef"[(int)(number & ((1 << bits) - 1))]);
            number >>= bits;
        }
        while (!number.IsZero);
        digits.Reverse();
        return new string([.. digits]);
    }

    private string Group(string digits, int size)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        var separator = Grouping.ToString();
        var first = digits.Length % size;
        var groups = Enumerable.Range(0, digits.Length / size).Select(i => digits.Substring(first + (i * size), size));
        return string.Join(separator, first > 0 ? groups.Prepend(digits[..first]) : groups);
    }

    private string SignOf(bool isNegative) => isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";

    private string Pad(string sign, string text, int length, char align, RenderContext context)
    {
        var missing = Width - sign.Length - length;
        if (missing <= 0)
        {
            return sign + text;
        }

        context.Budget.Text(text.Length, (long)missing * Fill.Length);
        var (before, between, after) = (Align == '\0' ? align : Align) switch
        {
            '<' => (0, 0, missing),
            '^' => (missing / 2, 0, missing - (missing / 2)),
            '=' => (0, missing, 0),
            _ => (missing, 0, 0),
        };
        return $"{Fills(before)}{sign}{Fills(between)}{text}{Fills(after)}";
    }

    private string Fills(int count) => string.Concat(Enumerable.Repeat(Fill, count));
}
