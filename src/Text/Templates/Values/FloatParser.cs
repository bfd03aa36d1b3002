using System.Globalization;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>float(text)</c>.</summary>
internal static class FloatParser
{
    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool TryParse(string text, out double number)
    {
        var digits = text.Trim(Syntax.Whitespace.Characters);
        var sign = digits.StartsWith('-') ? -1.0 : 1.0;
        switch (digits.TrimStart('+', '-').ToLowerInvariant())
        {
            case "inf" or "infinity":
                number = sign * double.PositiveInfinity;
                return true;
            case "nan":
                number = double.NaN;
                return true;
            default:
                number = 0;
                var isPlain = digits.Length > 0 && !digits.StartsWith('_') && !digits.EndsWith('_') && !digits.Contains("__", StringComparison.Ordinal)
                    && (char.IsAsciiDigit(digits[^1]) || digits[^1] == '.');
                return isPlain && double.TryParse(digits.Replace("_", "", StringComparison.Ordinal), Styles, CultureInfo.InvariantCulture, out number);
        }
    }
}
