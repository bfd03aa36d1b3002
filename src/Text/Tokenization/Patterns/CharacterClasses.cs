using System.Text;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Translates characters, escapes and bracketed classes, and remembers which characters were named.</summary>
/// <param name="folding">What stands for characters outside the BMP; null while that is not known, and they are left out.</param>
internal sealed class CharacterClasses(ExpressionCursor cursor, AstralFolding? folding)
{
    /// <summary>Oniguruma's \w: letters, marks, decimal digits, letter numbers, connectors.</summary>
    public const string Word = $"[{WordItems}]";

    private const string Without = "&&[^";
    private const string Nothing = "(?!)";
    private const string WordItems = "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}";
    private const string NotWordItems = "\\p{No}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\p{S}\\p{Z}\\p{C}";

    private readonly List<CharacterRange> _named = [];
    private readonly List<CharacterRange> _astral = [];
    private readonly List<IReadOnlyList<CharacterRange>> _classes = [];

    // Whether the set that was read last is what is not in it: to name all else would leave no characters to stand for others.
    private bool _isWithoutScript;

    /// <summary>Those within the BMP.</summary>
    public IReadOnlyList<CharacterRange> NamedCharacters => _named;

    /// <summary>What each class names beyond the BMP, where it names anything there.</summary>
    public IReadOnlyList<IReadOnlyList<CharacterRange>> AstralClasses => _classes;

    /// <summary>A character that stands for itself.</summary>
    public string Literal(int c, bool ignoreCase) => Class("", Items(new CharacterRange(c, c), ignoreCase));

    /// <summary>What follows a backslash, outside brackets.</summary>
    public string Escaped(bool ignoreCase)
    {
        if (Set(ignoreCase) is not { } set)
        {
            return Literal(EscapedCharacter(), ignoreCase);
        }

        var translated = Class(_isWithoutScript ? "^" : "", set);
        _isWithoutScript = false;
        return translated;
    }

    /// <summary>What follows an opening bracket.</summary>
    public string Bracketed(bool ignoreCase)
    {
        var negated = cursor.TryTake("^");
        var whole = Class(negated ? "^" : "", ItemsToEnd(ignoreCase));
        if (!negated && cursor.TryTake(Without))
        {
            var others = Class("", ItemsToEnd(ignoreCase));
            TakeEnd();
            whole = whole == Nothing || others == Nothing ? whole : $"{whole[..^1]}-{others}]";
        }

        TakeEnd();
        return whole;
    }

    private string ItemsToEnd(bool ignoreCase)
    {
        var items = new StringBuilder();
        var first = true;
        while (first || (cursor.Peek() != ']' && !cursor.StartsWith(Without)))
        {
            items.Append(Item(ignoreCase));
            first = false;
        }

        return items.ToString();
    }

    private void TakeEnd()
    {
        if (!cursor.TryTake("]"))
        {
            throw NestedClasses();
        }
    }

    private FormatException NestedClasses() => cursor.Invalid("has brackets in brackets or &&, which are not supported but for &&[^..] at the end of a class");

    /// <summary>A class of some items, and of the code points beyond the BMP that were named with them.</summary>
    private string Class(string negation, string items)
    {
        if (_astral.Count > 0)
        {
            items += string.Concat(folding?.StandInsOf(_classes.Count).Select(standIn => Quote(standIn)) ?? []);
            _classes.Add([.. _astral]);
            _astral.Clear();
        }

        // Nothing is in it while what stands for its characters is not known.
        return items.Length > 0 ? $"[{negation}{items}]" : Nothing;
    }

    private string Item(bool ignoreCase)
    {
        if (cursor.StartsWith("[") || cursor.StartsWith("&&"))
        {
            throw NestedClasses();
        }

        if (cursor.TryTake("\\"))
        {
            if (Set(ignoreCase) is { } set)
            {
                return !_isWithoutScript ? set : throw cursor.Invalid("has all but a script in brackets, which is not supported");
            }

            return Range(cursor.TryTake("b") ? '\b' : EscapedCharacter(), ignoreCase);
        }

        return Range(cursor.NextCodePoint(), ignoreCase);
    }

    private string Range(int first, bool ignoreCase)
    {
        var last = first;
        if (cursor.StartsWith("-") && !cursor.StartsWith("-]"))
        {
            cursor.Next();
            last = cursor.TryTake("\\") ? EscapedCharacter() : cursor.NextCodePoint();
            if (last < first)
            {
                throw cursor.Invalid("has a range whose end is before its start");
            }
        }

        return Items(new CharacterRange(first, last), ignoreCase);
    }

    private string Items(CharacterRange range, bool ignoreCase)
    {
        var items = Named(range);
        if (!ignoreCase)
        {
            return items;
        }

        var variants = new StringBuilder(items);
        foreach (var variant in range.Basic.SelectMany(CaseFolding.VariantsOf))
        {
            variants.Append(Named(new CharacterRange(variant, variant)));
        }

        return variants.ToString();
    }

    private string Named(CharacterRange range)
    {
        _named.AddRange(range.Basic);
        _astral.AddRange(range.Astral);
        return string.Concat(range.Basic.Select(part => part.First == part.Last ? Quote(part.First) : $"{Quote(part.First)}-{Quote(part.Last)}"));
    }

    private static string Quote(int c) => $"\\u{c:X4}";

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

        if (UnicodeScripts.Find(name) is { } script)
        {
            _isWithoutScript = negated;
            return string.Concat(script.Select(Named));
        }

        var categories = UnicodeProperties.CategoriesOf(name)
            ?? throw cursor.Invalid(
                $"uses the property \"{name}\"; only general categories such as L, Lu, Nd or Letter, and scripts such as Han, are supported");
        if (ignoreCase && categories is "Lu" or "Ll" or "Lt")
        {
            categories = "Lu Ll Lt";
        }

        return UnicodeProperties.Items(categories, negated);
    }

    private int EscapedCharacter()
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
