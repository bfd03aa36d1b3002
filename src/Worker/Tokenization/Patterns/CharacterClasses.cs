using System.Text;

namespace LmDeploy.Worker.Tokenization.Patterns;

/// <summary>Translates characters, escapes and bracketed classes, and remembers which characters were named.</summary>
internal sealed class CharacterClasses(ExpressionCursor cursor)
{
    /// <summary>Oniguruma's \w: letters, marks, decimal digits, letter numbers, connectors.</summary>
    public const string Word = $"[{WordItems}]";

    private const string WordItems = "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}";
    private const string NotWordItems = "\\p{No}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}";

    private readonly List<CharacterRange> _named = [];

    public IReadOnlyList<CharacterRange> NamedCharacters => _named;

    /// <summary>A character that stands for itself.</summary>
    public string Literal(char c, bool ignoreCase)
    {
        if (char.IsSurrogate(c))
        {
            throw cursor.Invalid("names a character outside the basic plane, which is not supported");
        }

        return $"[{Items(new CharacterRange(c, c), ignoreCase)}]";
    }

    /// <summary>What follows a backslash, outside brackets.</summary>
    public string Escaped(bool ignoreCase) => Set(ignoreCase) is { } set ? $"[{set}]" : Literal(EscapedCharacter(), ignoreCase);

    /// <summary>What follows an opening bracket.</summary>
    public string Bracketed(bool ignoreCase)
    {
        var negated = cursor.TryTake("^");
        var items = new StringBuilder();
        var first = true;
        while (first || cursor.Peek() != ']')
        {
            items.Append(Item(ignoreCase));
            first = false;
        }

        cursor.Next();
        return negated ? $"[^{items}]" : $"[{items}]";
    }

    private string Item(bool ignoreCase)
    {
        if (cursor.StartsWith("[") || cursor.StartsWith("&&"))
        {
            throw cursor.Invalid("has brackets in brackets or &&, which are not supported");
        }

        if (cursor.TryTake("\\"))
        {
            if (Set(ignoreCase) is { } set)
            {
                return set;
            }

            return Range(cursor.TryTake("b") ? '\b' : EscapedCharacter(), ignoreCase);
        }

        return Range(Plain(), ignoreCase);
    }

    private string Range(char first, bool ignoreCase)
    {
        var last = first;
        if (cursor.StartsWith("-") && !cursor.StartsWith("-]"))
        {
            cursor.Next();
            last = cursor.TryTake("\\") ? EscapedCharacter() : Plain();
            if (last < first)
            {
                throw cursor.Invalid("has a range whose end is before its start");
            }
        }

        return Items(new CharacterRange(first, last), ignoreCase);
    }

    private char Plain()
    {
        var c = cursor.Next();
        return char.IsSurrogate(c) ? throw cursor.Invalid("names a character outside the basic plane, which is not supported") : c;
    }

    private string Items(CharacterRange range, bool ignoreCase)
    {
        var items = Named(range);
        if (!ignoreCase)
        {
            return items;
        }

        var variants = new StringBuilder(items);
        foreach (var variant in CaseFolding.VariantsOf(range))
        {
            variants.Append(Named(new CharacterRange(variant, variant)));
        }

        return variants.ToString();
    }

    private string Named(CharacterRange range)
    {
        _named.Add(range);
        return range.First == range.Last ? Quote(range.First) : $"{Quote(range.First)}-{Quote(range.Last)}";
    }

    private static string Quote(char c) => $"\\u{(int)c:X4}";

    /// <summary>The items of \s, \p{..} and the like; null where the escape names one character.</summary>
    private string? Set(bool ignoreCase)
    {
        var kind = cursor.Peek();
        var items = kind switch
        {
            's' or 'S' or 'd' or 'D' => $"\\{kind}",
            'w' => WordItems,
            'W' => NotWordItems,
            'h' => "0-9A-Fa-f",
            'p' or 'P' => "",
            _ => null,
        };
        if (items is null)
        {
            return null;
        }

        cursor.Next();
        if (kind == 'h')
        {
            _named.AddRange([new('0', '9'), new('A', 'F'), new('a', 'f')]);
        }

        return kind is 'p' or 'P' ? Property(kind == 'P', ignoreCase) : items;
    }

    private string Property(bool negated, bool ignoreCase)
    {
        string name;
        if (cursor.TryTake("{"))
        {
            negated ^= cursor.TryTake("^");
            name = cursor.TakeUntil('}');
        }
        else
        {
            name = cursor.Next().ToString();
        }

        var categories = UnicodeProperties.CategoriesOf(name)
            ?? throw cursor.Invalid($"uses the property \"{name}\"; only general categories such as L, Lu, Nd or Letter are supported");
        if (ignoreCase && categories is "Lu" or "Ll" or "Lt")
        {
            categories = "Lu Ll Lt";
        }

        return UnicodeProperties.Items(categories, negated);
    }

    private char EscapedCharacter()
    {
        var c = cursor.Next();
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return '\u001B';
            case 'u': return cursor.TryTake("{") ? cursor.Character(cursor.TakeUntil('}')) : cursor.TakeHex(4);
            case 'x': return cursor.TryTake("{") ? cursor.Character(cursor.TakeUntil('}')) : cursor.TakeHex(2);
            default:
                return char.IsAsciiLetterOrDigit(c) || char.IsSurrogate(c)
                    ? throw cursor.Invalid($"uses \\{c}, which is not supported")
                    : c;
        }
    }
}
