using System.Globalization;
using System.Numerics;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>range</c>.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step, int count) : SequenceValue
{
    public override string TypeName => "range";

    public override int Count => count;

    public override Value this[int index] => IntegerValue.Of(start + (index * step));

    public override SequenceValue Select(int first, int stride, int length) =>
        new RangeValue(start + (first * step), start + ((first + ((BigInteger)length * stride)) * step), step * stride, length);

    public override void WriteRepresentation(TextBuffer text)
    {
        var suffix = step.IsOne ? "" : string.Create(CultureInfo.InvariantCulture, $", {step}");
        text.Append(string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop}{suffix})"));
    }
}
