using System.Numerics;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's numeric tower as far as templates see it: bool within int within float.</summary>
internal static class Numeric
{
    public static bool IsNumber(Value value) => value is BooleanValue or IntegerValue or FloatValue;

    /// <summary>The integer that an int or a bool is.</summary>
    public static bool TryInteger(Value value, out BigInteger number)
    {
        switch (value)
        {
            case IntegerValue integer:
                number = integer.Number;
                return true;
            case BooleanValue boolean:
                number = boolean.IsTrue ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                number = default;
                return false;
        }
    }

    /// <summary>The float that any number converts to.</summary>
    /// <exception cref="TemplateFault">An integer is too large for a float.</exception>
    public static bool TryDouble(Value value, out double number)
    {
        if (value is FloatValue real)
        {
            number = real.Number;
            return true;
        }

        if (!TryInteger(value, out var integer))
        {
            number = default;
            return false;
        }

        number = (double)integer;
        return double.IsFinite(number) ? true : throw new TemplateFault("OverflowError: int too large to convert to float");
    }

    /// <summary>Orders two numbers exactly; null when one is not a number (NaN).</summary>
    public static int? Compare(Value left, Value right)
    {
        if (TryInteger(left, out var leftInteger))
        {
            return TryInteger(right, out var rightInteger)
                ? leftInteger.CompareTo(rightInteger)
                : -Compare(((FloatValue)right).Number, leftInteger);
        }

        var real = ((FloatValue)left).Number;
        if (TryInteger(right, out var integer))
        {
            return Compare(real, integer);
        }

        var other = ((FloatValue)right).Number;
        return double.IsNaN(real) || double.IsNaN(other) ? null : real.CompareTo(other);
    }

    private static int? Compare(double real, BigInteger integer)
    {
        if (double.IsNaN(real))
        {
            return null;
        }

        if (double.IsInfinity(real))
        {
            return real > 0 ? 1 : -1;
        }

        var whole = new BigInteger(Math.Floor(real));
        var order = whole.CompareTo(integer);
        return order == 0 && Math.Floor(real) < real ? 1 : order;
    }
}
