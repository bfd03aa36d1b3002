using System.Globalization;
using System.Numerics;

namespace LmDeploy.Text.Templates.Values;

/// <summary>Python's <c>int(text, base)</c>.</summary>
internal static class IntegerParser
{
    /// <param name="radix">2 to 36, or 0 to go by the prefix.</param>
    public static bool TryParse(string text, int radix, out BigInteger number)
    {
        number = default;
        var digits = text.AsSpan().Trim(Syntax.Whitespace.Characters);
        var isNegative = digits.StartsWith('-');
        digits = isNegative || digits.StartsWith('+') ? digits[1..] : digits;
        var prefixed = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed != 0 && (radix == 0 || radix == prefixed))
        {
            radix = prefixed;
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];
        }

        radix = radix == 0 ? 10 : radix;
        if (digits.IsEmpty || digits.Length > IntegerValue.MaxDigits || digits[^1] == '_'
            || digits[0] == '_' || digits.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        var plain = digits.Contains('_') ? digits.ToString().Replace("_", "", StringComparison.Ordinal) : digits;
        var parsed = radix == 10
            ? BigInteger.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            : TryParseDigits(plain, radix, out number);
        number = isNegative ? -number : number;
        return parsed;
    }

    private static bool TryParseDigits(ReadOnlySpan<char> digits, int radix, out BigInteger number)
    {
        number = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        return true;
    }
}
