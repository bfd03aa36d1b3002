using System.Globalization;
using System.Numerics;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>int</c>: of any size up to <see cref="MaxBits"/>.</summary>
internal sealed class IntegerValue : Value
{
    /// <summary>The largest integer in bits; about the 4300 decimal digits that Python is willing to print.</summary>
    public const int MaxBits = 14_284;

    /// <summary>The most decimal digits that are read into an integer, as in Python.</summary>
    public const int MaxDigits = 4300;

    public static readonly IntegerValue Zero = new(BigInteger.Zero);

    private IntegerValue(BigInteger number) => Number = number;

    public BigInteger Number { get; }

    public override string TypeName => "int";

    public override bool IsTrue => !Number.IsZero;

    /// <exception cref="TemplateFault">The number is larger than <see cref="MaxBits"/>.</exception>
    public static IntegerValue Of(BigInteger number) =>
        number.GetBitLength() <= MaxBits ? new IntegerValue(number) : throw TemplateFault.Limit($"an integer exceeds {MaxBits} bits");

    public override void WriteRepresentation(TextBuffer text) => text.Append(Number.ToString(CultureInfo.InvariantCulture));
}
