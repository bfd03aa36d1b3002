using System.Numerics;
using LmDeploy.Text.Templates.Builtins;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>Python's arithmetic operators on numbers, and <c>+</c>, <c>*</c> and <c>%</c> on texts and sequences.</summary>
internal static class Arithmetic
{
    public static Value Apply(string sign, Value left, Value right, RenderContext context)
    {
        if (left is StringValue format && sign == "%")
        {
            return PrintfFormat.Apply(format, right, context);
        }

        if ((left as UndefinedValue ?? right as UndefinedValue) is { } undefined)
        {
            throw undefined.Fault();
        }

        if (Numeric.TryInteger(left, out var a) && Numeric.TryInteger(right, out var b))
        {
            return ApplyIntegers(sign, a, b);
        }

        if (Numeric.IsNumber(left) && Numeric.IsNumber(right))
        {
            Numeric.TryDouble(left, out var x);
            Numeric.TryDouble(right, out var y);
            return new FloatValue(ApplyFloats(sign, x, y));
        }

        return sign switch
        {
            "+" => Join(left, right, context),
            "*" when Numeric.TryInteger(right, out var count) => Repeat(left, count, right, context),
            "*" when Numeric.TryInteger(left, out var count) => Repeat(right, count, left, context),
            "*" when left is StringValue or ListValue or TupleValue =>
                throw TemplateFault.Type($"can't multiply sequence by non-int of type '{right.TypeName}'"),
            _ => throw Unsupported(sign, left, right),
        };
    }

    /// <summary><c>-value</c> or <c>+value</c>.</summary>
    public static Value Sign(Value value, bool isNegative)
    {
        if (Numeric.TryInteger(value, out var integer))
        {
            return IntegerValue.Of(isNegative ? -integer : integer);
        }

        return value switch
        {
            FloatValue real => isNegative ? new FloatValue(-real.Number) : real,
            UndefinedValue undefined => throw undefined.Fault(),
            _ => throw TemplateFault.Type($"bad operand type for unary {(isNegative ? '-' : '+')}: '{value.TypeName}'"),
        };
    }

    private static Value ApplyIntegers(string sign, BigInteger a, BigInteger b)
    {
        switch (sign)
        {
            case "+":
                return IntegerValue.Of(a + b);
            case "-":
                return IntegerValue.Of(a - b);
            case "*":
                return IntegerValue.Of(a * b);
            case "/":
                return b.IsZero ? throw DivisionByZero("division by zero") : new FloatValue(Divide(a, b));
            case "**":
                return Power(a, b);
            default:
                if (b.IsZero)
                {
                    throw DivisionByZero(sign == "//" ? "integer division or modulo by zero" : "integer modulo by zero");
                }

                var quotient = BigInteger.DivRem(a, b, out var remainder);
                var isBelow = !remainder.IsZero && remainder.Sign != b.Sign;
                return IntegerValue.Of(sign == "//" ? (isBelow ? quotient - 1 : quotient) : isBelow ? remainder + b : remainder);
        }
    }

    private static double Divide(BigInteger a, BigInteger b)
    {
        var quotient = (double)a / (double)b;
        return double.IsFinite(quotient) ? quotient : throw new TemplateFault("OverflowError: integer division result too large for a float");
    }

    private static Value Power(BigInteger a, BigInteger b)
    {
        if (b.Sign < 0)
        {
            return a.IsZero
                ? throw new TemplateFault("ZeroDivisionError: 0.0 cannot be raised to a negative power")
                : new FloatValue(Math.Pow((double)a, (double)b));
        }

        if (BigInteger.Abs(a) <= BigInteger.One)
        {
            return IntegerValue.Of(a.Sign >= 0 ? (b.IsZero ? BigInteger.One : a) : b.IsEven ? BigInteger.One : a);
        }

        return b * (a.GetBitLength() - 1) <= IntegerValue.MaxBits
            ? IntegerValue.Of(BigInteger.Pow(a, (int)b))
            : throw TemplateFault.Limit($"an integer exceeds {IntegerValue.MaxBits} bits");
    }

    private static double ApplyFloats(string sign, double x, double y)
    {
        switch (sign)
        {
            case "+":
                return x + y;
            case "-":
                return x - y;
            case "*":
                return x * y;
            case "**":
                return Power(x, y);
        }

        if (y == 0)
        {
            throw DivisionByZero(sign == "/" ? "float division by zero" : sign == "//" ? "float floor division by zero" : "float modulo");
        }

        if (sign == "/")
        {
            return x / y;
        }

        var remainder = x % y;
        var quotient = (x - remainder) / y;
        if (remainder != 0 && remainder < 0 != y < 0)
        {
            remainder += y;
            quotient -= 1;
        }

        if (sign == "%")
        {
            return remainder == 0 ? Math.CopySign(0, y) : remainder;
        }

        var floor = Math.Floor(quotient);
        return quotient == 0 ? Math.CopySign(0, x / y) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Power(double x, double y)
    {
        if (x == 0 && y < 0)
        {
            throw new TemplateFault("ZeroDivisionError: 0.0 cannot be raised to a negative power");
        }

        var power = Math.Pow(x, y);
        if (double.IsNaN(power) && !double.IsNaN(x) && !double.IsNaN(y))
        {
            throw new TemplateFault("a negative number raised to a fraction is complex, which templates cannot use");
        }

        return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y)
            ? throw new TemplateFault("OverflowError: (34, 'Numerical result out of range')")
            : power;
    }

    private static Value Join(Value left, Value right, RenderContext context)
    {
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                var isSafe = a.IsSafe || b.IsSafe;
                var (first, second) = isSafe ? (Markup.Escape(a, context), Markup.Escape(b, context)) : (a.Text, b.Text);
                context.Budget.Text(first.Length, second.Length);
                context.Budget.Text(0, first.Length);
                return new StringValue(first + second, isSafe);
            case (ListValue a, ListValue b):
                return context.List([.. a.Iterate(), .. b.Iterate()]);
            case (TupleValue a, TupleValue b):
                context.Budget.Items(a.Count + b.Count);
                return new TupleValue([.. a.Iterate(), .. b.Iterate()]);
            case (StringValue or ListValue or TupleValue, _):
                throw TemplateFault.Type($"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}");
            default:
                throw Unsupported("+", left, right);
        }
    }

    private static Value Repeat(Value value, BigInteger times, Value factor, RenderContext context)
    {
        var length = value.Length ?? 0;
        var count = times.Sign <= 0 || length == 0 ? 0
            : times * length <= RenderBudget.MaxTextLength ? (int)times
            : throw TemplateFault.Limit($"a repetition exceeds {RenderBudget.MaxTextLength} items");
        switch (value)
        {
            case StringValue text:
                context.Budget.Text(0, (long)text.Text.Length * count);
                return new StringValue(string.Concat(Enumerable.Repeat(text.Text, count)), text.IsSafe);
            case ListValue or TupleValue:
                context.Budget.Items((long)length * count);
                var items = ((SequenceValue)value).Iterate().ToArray();
                Value[] repeated = [.. Enumerable.Repeat(items, count).SelectMany(item => item)];
                return value is ListValue ? new ListValue(repeated) : new TupleValue(repeated);
            default:
                throw Unsupported("*", value, factor);
        }
    }

    private static TemplateFault DivisionByZero(string what) => new("ZeroDivisionError: " + what);

    private static TemplateFault Unsupported(string sign, Value left, Value right) =>
        TemplateFault.Type($"unsupported operand type(s) for {(sign == "**" ? "** or pow()" : sign)}: '{left.TypeName}' and '{right.TypeName}'");
}
