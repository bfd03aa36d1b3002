using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Templates.Syntax;

/// <summary>Python's backslash escapes in string literals.</summary>
internal static class StringEscapes
{
    /// <exception cref="SyntaxFault">An escape is cut short or names no character.</exception>
    public static string Resolve(string literal, int line)
    {
        if (!literal.Contains('\\'))
        {
            return literal;
        }

        var text = new StringBuilder(literal.Length);
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\')
            {
                text.Append(literal[i]);
                continue;
            }

            i++;
            var (simple, digits) = literal[i] switch
            {
                '\n' => ("", 0),
                '\\' => ("\\", 0),
                '\'' => ("'", 0),
                '"' => ("\"", 0),
                'a' => ("\a", 0),
                'b' => ("\b", 0),
                'f' => ("\f", 0),
                'n' => ("\n", 0),
                'r' => ("\r", 0),
                't' => ("\t", 0),
                'v' => ("\v", 0),
                'x' => (null, 2),
                'u' => (null, 4),
                'U' => (null, 8),
                'N' => throw new SyntaxFault("character names (\\N{...}) are not supported in strings", line),
                >= '0' and <= '7' => (null, 0),
                var other => ("\\" + other, 0),
            };
            if (simple is not null)
            {
                text.Append(simple);
            }
            else if (digits > 0)
            {
                AppendCodePoint(text, literal, i + 1, digits, line);
                i += digits;
            }
            else
            {
                i = AppendOctal(text, literal, i);
            }
        }

        return text.ToString();
    }

    private static int AppendOctal(StringBuilder text, string literal, int start)
    {
        var value = 0;
        var i = start;
        for (; i < start + 3 && i < literal.Length && literal[i] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + literal[i] - '0';
        }

        text.Append((char)value);
        return i - 1;
    }

    private static void AppendCodePoint(StringBuilder text, string literal, int start, int digits, int line)
    {
        if (start + digits > literal.Length
            || !int.TryParse(literal.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 0x10FFFF)
        {
            throw new SyntaxFault($"truncated \\{literal[start - 1]} escape in a string: it takes {digits} hexadecimal digits of a character", line);
        }

        if (value < 0x10000)
        {
            text.Append((char)value);
        }
        else
        {
            text.Append(char.ConvertFromUtf32(value));
        }
    }
}
