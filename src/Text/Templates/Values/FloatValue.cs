using System.Globalization;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>float</c>.</summary>
internal sealed class FloatValue(double number) : Value
{
    public double Number { get; } = number;

    public override string TypeName => "float";

    public override bool IsTrue => Number != 0;

    public override void WriteRepresentation(TextBuffer text) => text.Append(Format(Number));

    /// <summary>Python's <c>repr</c> of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Format(double number)
    {
        if (double.IsNaN(number))
        {
            return "nan";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "inf" : "-inf";
        }

        var (negative, digits, exponent) = Split(number.ToString("R", CultureInfo.InvariantCulture));

        var sign = negative ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        var whole = digits.PadRight(exponent + 1, '0');
        var fraction = whole.Length > exponent + 1 ? whole[(exponent + 1)..] : "0";
        return $"{sign}{whole[..(exponent + 1)]}.{fraction}";
    }

    /// <summary>Splits a round-trip number into its significant digits and the decimal exponent of the first of them.</summary>
    private static (bool Negative, string Digits, int Exponent) Split(string number)
    {
        var negative = number[0] == '-';
        var text = negative ? number[1..] : number;
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var wholeDigits = point < 0 ? mantissa.Length : point;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = all.Length - all.TrimStart('0').Length;
        var digits = all.Trim('0');
        return digits.Length == 0 ? (negative, "0", 0) : (negative, digits, exponent + wholeDigits - leading - 1);
    }
}
