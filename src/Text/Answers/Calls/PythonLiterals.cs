using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads names and literals of Python (the language reference, 2.4 to 2.6) one after the other, as JSON. What is something else throws
/// <see cref="FormatException"/>. Not thread-safe.
/// </summary>
internal sealed class PythonLiterals(string text)
{
    private const int Deepest = 64;

    private int _at;
    private int _depth;

    public bool Takes(char character)
    {
        var takes = Peek() == character;
        _at += takes ? 1 : 0;
        return takes;
    }

    public void Demand(char character)
    {
        if (!Takes(character))
        {
            throw new FormatException();
        }
    }

    /// <summary>A name, perhaps with dots and dashes in it.</summary>
    public string Name()
    {
        Peek();
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-'))
        {
            _at++;
        }

        return _at > start ? text[start.._at] : throw new FormatException();
    }

    public JsonNode? Value()
    {
        if (++_depth > Deepest)
        {
            throw new FormatException();
        }

        var value = Peek() switch
        {
            '"' or '\'' => JsonValue.Create(Strings()),
            '[' => List('[', ']'),
            '(' => List('(', ')'),
            '{' => Dictionary(),
            _ => Scalar(Word()),
        };
        _depth--;
        return value;
    }

    /// <returns>The next character that is no white space; none at the end.</returns>
    private char Peek()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return _at < text.Length ? text[_at] : default;
    }

    /// <summary>A text; texts one after the other are one.</summary>
    private string Strings()
    {
        var all = new StringBuilder();
        while (Peek() is '"' or '\'')
        {
            var quote = text[_at++];
            while (_at < text.Length && text[_at] != quote)
            {
                if (text[_at] == '\\')
                {
                    _at++;
                    Escape(all);
                }
                else
                {
                    all.Append(text[_at++]);
                }
            }

            Demand(quote);
        }

        return all.ToString();
    }

    private void Escape(StringBuilder into)
    {
        var character = _at < text.Length ? text[_at++] : throw new FormatException();
        switch (character)
        {
            case '\n':
                break;
            case 'x' or 'u' or 'U':
                var digits = character switch { 'x' => 2, 'u' => 4, _ => 8 };
                var code = _at + digits <= text.Length && int.TryParse(
                    text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new FormatException();
                _at += digits;
                into.Append(code is >= 0xD800 and <= 0xDFFF ? ((char)code).ToString()
                    : Rune.IsValid(code) ? new Rune(code).ToString() : throw new FormatException());
                break;
            case '\\' or '\'' or '"':
                into.Append(character);
                break;
            default:
                // Python keeps the backslash before what is no escape.
                into.Append("ntrabfv0".Contains(character) ? "\n\t\r\a\b\f\v\0"["ntrabfv0".IndexOf(character)].ToString() : $"\\{character}");
                break;
        }
    }

    private JsonArray List(char begin, char end)
    {
        var list = new JsonArray();
        Demand(begin);
        while (!Takes(end))
        {
            if (list.Count > 0)
            {
                Demand(',');
                if (Takes(end))
                {
                    break;
                }
            }

            list.Add(Value());
        }

        return list;
    }

    private JsonObject Dictionary()
    {
        var dictionary = new JsonObject();
        Demand('{');
        while (!Takes('}'))
        {
            if (dictionary.Count > 0)
            {
                Demand(',');
                if (Takes('}'))
                {
                    break;
                }
            }

            var key = Peek() is '"' or '\'' ? Strings() : Word();
            Demand(':');
            dictionary[key] = Value();
        }

        return dictionary;
    }

    private string Word()
    {
        Peek();
        var start = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '-' or '+'))
        {
            _at++;
        }

        return _at > start ? text[start.._at] : throw new FormatException();
    }

    private static JsonNode? Scalar(string word) => word switch
    {
        "True" or "true" => JsonValue.Create(true),
        "False" or "false" => JsonValue.Create(false),
        "None" or "null" => null,
        _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
        _ => throw new FormatException(),
    };
}
