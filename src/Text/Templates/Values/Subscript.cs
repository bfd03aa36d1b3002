using System.Numerics;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's rules for indexes and slices of sequences.</summary>
internal static class Subscript
{
    /// <summary>Turns a key into an index within a sequence of <paramref name="length"/> items; negative keys count from the end.</summary>
    public static bool TryIndex(Value key, int length, out int index)
    {
        index = -1;
        if (!Numeric.TryInteger(key, out var number))
        {
            return false;
        }

        var position = number.Sign < 0 ? number + length : number;
        if (position.Sign < 0 || position >= length)
        {
            return false;
        }

        index = (int)position;
        return true;
    }

    /// <summary>The indexes that <c>[start:stop:step]</c> selects.</summary>
    /// <returns>The first index, the step and how many there are.</returns>
    /// <exception cref="TemplateFault">A part is neither an integer nor none, or the step is zero.</exception>
    public static (int First, int Step, int Count) Slice(SliceValue slice, int length)
    {
        var step = Part(slice.Step) ?? BigInteger.One;
        if (step.IsZero)
        {
            throw TemplateFault.Value("slice step cannot be zero");
        }

        var forward = step.Sign > 0;
        var low = forward ? 0 : -1;
        var high = forward ? length : length - 1;
        var start = Bound(Part(slice.Start), length, low, high) ?? (forward ? low : high);
        var stop = Bound(Part(slice.Stop), length, low, high) ?? (forward ? high : low);
        var distance = forward ? stop - start : start - stop;
        if (distance <= 0)
        {
            return (0, 1, 0);
        }

        var stride = (int)BigInteger.Min(BigInteger.Abs(step), int.MaxValue);
        return (start, forward ? stride : -stride, ((distance - 1) / stride) + 1);
    }

    private static BigInteger? Part(Value value) => value is NoneValue ? null
        : Numeric.TryInteger(value, out var number) ? number
        : throw TemplateFault.Type("slice indices must be integers or None or have an __index__ method");

    private static int? Bound(BigInteger? part, int length, int low, int high)
    {
        if (part is not { } number)
        {
            return null;
        }

        var position = number.Sign < 0 ? number + length : number;
        return (int)BigInteger.Min(BigInteger.Max(position, low), high);
    }
}
