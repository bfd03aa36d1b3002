using System.Numerics;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>Jinja's filters on numbers and on values of any type.</summary>
internal static class ValueFilters
{
    private const int MaxRoundingDigits = 350;

    public static readonly Dictionary<string, Filter> All = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["abs"] = Absolute,
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["round"] = Round,
        ["attr"] = (value, arguments, context) =>
        {
            var name = RenderContext.Characters(arguments.Bind("attr", 1, "name")[0]!);
            return value is UndefinedValue undefined ? throw undefined.Fault()
                : Access.FindAttribute(value, name) ?? UndefinedValue.Attribute(value, name, context.Budget);
        },
        ["tojson"] = JsonText.Filter,
        ["pprint"] = (value, _, context) => new StringValue(PrettyText.Format(value, context)),
    };

    private static Value Default(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("default", 0, "default_value", "boolean");
        return value is UndefinedValue || (bound[1]?.IsTrue == true && !value.IsTrue) ? bound[0] ?? StringValue.Empty : value;
    }

    private static Value Absolute(Value value, CallArguments arguments, RenderContext context) =>
        Numeric.TryInteger(value, out var number) ? IntegerValue.Of(BigInteger.Abs(number))
        : value is FloatValue real ? new FloatValue(Math.Abs(real.Number))
        : throw TemplateFault.Type($"bad operand type for abs(): '{value.TypeName}'");

    private static Value ToInteger(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("int", 0, "default", "base");
        var otherwise = bound[0] ?? IntegerValue.Zero;
        switch (value)
        {
            case UndefinedValue undefined:
                throw undefined.Fault();
            case StringValue text when TryRadix(bound[1], out var radix) && IntegerParser.TryParse(text.Text, radix, out var parsed):
                return IntegerValue.Of(parsed);
            case StringValue text:
                return FloatParser.TryParse(text.Text, out var number) && double.IsFinite(number) ? Truncate(number) : otherwise;
            case FloatValue real:
                return double.IsFinite(real.Number) ? Truncate(real.Number)
                    : double.IsNaN(real.Number) ? otherwise
                    : throw new TemplateFault("OverflowError: cannot convert float infinity to integer");
            default:
                return Numeric.TryInteger(value, out var integer) ? IntegerValue.Of(integer) : otherwise;
        }
    }

    /// <summary>Reads the base of a number; what is no base makes the conversion fail, which is no fault.</summary>
    private static bool TryRadix(Value? value, out int radix)
    {
        var isInteger = Numeric.TryInteger(value ?? IntegerValue.Of(10), out var number);
        radix = isInteger && (number.IsZero || (number >= 2 && number <= 36)) ? (int)number : -1;
        return radix >= 0;
    }

    private static IntegerValue Truncate(double number) => IntegerValue.Of(new BigInteger(Math.Truncate(number)));

    private static Value ToFloat(Value value, CallArguments arguments, RenderContext context)
    {
        var otherwise = arguments.Bind("float", 0, "default")[0] ?? new FloatValue(0);
        return value switch
        {
            UndefinedValue undefined => throw undefined.Fault(),
            StringValue text => FloatParser.TryParse(text.Text, out var parsed) ? new FloatValue(parsed) : otherwise,
            _ => Numeric.TryDouble(value, out var number) ? new FloatValue(number) : otherwise,
        };
    }

    private static Value Round(Value value, CallArguments arguments, RenderContext context)
    {
        var bound = arguments.Bind("round", 0, "precision", "method");
        var digits = bound[0] is null ? 0 : Math.Clamp(RenderContext.Index(bound[0]!), -MaxRoundingDigits, MaxRoundingDigits);
        var method = bound[1] is null ? "common" : RenderContext.Characters(bound[1]!);
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw new TemplateFault("method must be common, ceil or floor");
        }

        if (!Numeric.IsNumber(value))
        {
            throw (value as UndefinedValue)?.Fault() ?? TemplateFault.Type($"type {value.TypeName} doesn't define __round__ method");
        }

        if (method == "common" && Numeric.TryInteger(value, out var integer))
        {
            return IntegerValue.Of(RoundInteger(integer, digits));
        }

        Numeric.TryDouble(value, out var number);
        if (method == "common")
        {
            return new FloatValue(RoundHalfEven(number, digits));
        }

        var scale = Math.Pow(10, digits);
        var scaled = method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale);
        return new FloatValue(scaled / scale);
    }

    private static BigInteger RoundInteger(BigInteger number, int digits)
    {
        if (digits >= 0)
        {
            return number;
        }

        var unit = BigInteger.Pow(10, -digits);
        var quotient = BigInteger.DivRem(BigInteger.Abs(number), unit, out var rest);
        var half = (rest * 2).CompareTo(unit);
        var rounded = (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient) * unit;
        return number.Sign < 0 ? -rounded : rounded;
    }

    /// <summary>Python's <c>round</c>: of the exact binary value, ties to the even digit.</summary>
    private static double RoundHalfEven(double number, int digits)
    {
        if (!double.IsFinite(number) || digits > 17)
        {
            return number;
        }

        if (digits <= 0)
        {
            var rounded = RoundInteger(new BigInteger(Math.Round(number, MidpointRounding.ToEven)), digits);
            return digits == 0 ? Math.Round(number, MidpointRounding.ToEven) : (double)rounded;
        }

        return double.Parse(number.ToString("F" + digits, System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
    }
}
