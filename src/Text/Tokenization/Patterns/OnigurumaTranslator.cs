using System.Text;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>
/// Rewrites an Oniguruma expression (its default syntax, which Hugging Face's tokenizers use) for .NET, construct by
/// construct; what is not known here is refused. The differences that matter: possessive repeats exist for <c>? * +</c>
/// but <c>{n,m}+</c> repeats the interval, <c>^</c> and <c>$</c> match at lines, <c>(?i:</c> folds ſ to s, and
/// <c>\w</c>, <c>\h</c>, <c>\b</c> mean other sets than in .NET.
/// </summary>
internal sealed class OnigurumaTranslator
{
    private const int MaxLength = 1 << 16;
    private const int MaxDepth = 64;

    private readonly ExpressionCursor _cursor;
    private readonly CharacterClasses _classes;
    private bool _ignoreCase;
    private int _depth;

    private OnigurumaTranslator(string expression, AstralFolding? folding)
    {
        _cursor = new ExpressionCursor(expression);
        _classes = new CharacterClasses(_cursor, folding);
    }

    /// <exception cref="FormatException">The expression is malformed or uses something unsupported.</exception>
    public static Translation Translate(string expression)
    {
        if (expression.Length > MaxLength)
        {
            throw new FormatException($"the expression has {expression.Length} characters, at most {MaxLength} are supported");
        }

        // What stands for the characters outside the BMP is known once all that the expression names is.
        var first = new OnigurumaTranslator(expression, folding: null);
        var translated = first.Translate();
        var folding = new AstralFolding(first._classes.NamedCharacters, first._classes.AstralClasses);
        return new Translation(first._classes.AstralClasses.Count == 0 ? translated : new OnigurumaTranslator(expression, folding).Translate(), folding);
    }

    private string Translate()
    {
        var translated = Alternatives();
        return _cursor.AtEnd ? translated : throw _cursor.Invalid("has a ')' without '('");
    }

    private string Alternatives()
    {
        if (++_depth > MaxDepth)
        {
            throw _cursor.Invalid($"has more than {MaxDepth} groups in each other");
        }

        var ignoreCase = _ignoreCase;
        var translated = new StringBuilder();
        while (!_cursor.AtEnd && _cursor.Peek() != ')')
        {
            translated.Append(_cursor.TryTake("|") ? "|" : Repeated(Atom()));
        }

        _ignoreCase = ignoreCase;
        _depth--;
        return translated.ToString();
    }

    private string Repeated(string atom)
    {
        while (true)
        {
            var start = _cursor.Position;
            var (repeat, isInterval, isFixed) = Repeat();
            if (repeat.Length == 0)
            {
                _cursor.Rewind(start);
                return atom;
            }

            if (atom.Length == 0)
            {
                throw _cursor.Invalid("repeats nothing");
            }

            atom = $"(?:{atom}){repeat}";
            if (!isFixed && _cursor.TryTake("?"))
            {
                atom += "?";
            }
            else if (!isInterval && _cursor.TryTake("+"))
            {
                atom = $"(?>{atom})";
            }
        }
    }

    private (string Repeat, bool IsInterval, bool IsFixed) Repeat()
    {
        foreach (var simple in new[] { "?", "*", "+" })
        {
            if (_cursor.TryTake(simple))
            {
                return (simple, false, false);
            }
        }

        if (!_cursor.TryTake("{"))
        {
            return ("", false, false);
        }

        var low = _cursor.TakeNumber();
        var hasComma = _cursor.TryTake(",");
        var high = hasComma ? _cursor.TakeNumber() : low;
        if ((low is null && high is null) || !_cursor.TryTake("}"))
        {
            return ("", false, false);
        }

        if (high < low)
        {
            throw _cursor.Invalid("has a repeat whose end is before its start");
        }

        return (hasComma ? $"{{{low ?? 0},{high}}}" : $"{{{low}}}", true, !hasComma);
    }

    private string Atom()
    {
        var c = _cursor.NextCodePoint();
        return c switch
        {
            '(' => Group(),
            '[' => _classes.Bracketed(_ignoreCase),
            '\\' => Escape(),
            '.' => "[^\\n]",
            '^' => "(?:\\A|(?<=\\n)(?!\\z))",
            '$' => "(?=\\n|\\z)",
            '?' or '*' or '+' => throw _cursor.Invalid("repeats nothing"),
            _ => _classes.Literal(c, _ignoreCase),
        };
    }

    private string Escape()
    {
        switch (_cursor.Peek())
        {
            case 'A' or 'z' or 'Z':
                return $"\\{_cursor.Next()}";
            case 'b':
                _cursor.Next();
                return $"(?:(?<={CharacterClasses.Word})(?!{CharacterClasses.Word})|(?<!{CharacterClasses.Word})(?={CharacterClasses.Word}))";
            case 'B':
                _cursor.Next();
                return $"(?:(?<={CharacterClasses.Word})(?={CharacterClasses.Word})|(?<!{CharacterClasses.Word})(?!{CharacterClasses.Word}))";
            default:
                return _classes.Escaped(_ignoreCase);
        }
    }

    private string Group()
    {
        if (!_cursor.TryTake("?"))
        {
            return Closed("(?:");
        }

        foreach (var kind in new[] { ":", "=", "!", ">", "<=", "<!" })
        {
            if (_cursor.TryTake(kind))
            {
                return Closed($"(?{kind}");
            }
        }

        if (_cursor.TryTake("#"))
        {
            _cursor.TakeUntil(')');
            return "";
        }

        if (_cursor.TryTake("<"))
        {
            _cursor.TakeUntil('>');
            return Closed("(?:");
        }

        return Options();
    }

    /// <summary>(?i), (?-i), (?i:..) and (?-i:..).</summary>
    private string Options()
    {
        var on = !_cursor.TryTake("-");
        if (!_cursor.TryTake("i"))
        {
            throw _cursor.Invalid("has a group other than (?: (?= (?! (?> (?<= (?<! (?<name> (?# (?i) (?i: (?-i) (?-i:");
        }

        var before = _ignoreCase;
        _ignoreCase = on;
        if (_cursor.TryTake(":"))
        {
            var group = Closed("(?:");
            _ignoreCase = before;
            return group;
        }

        if (!_cursor.TryTake(")"))
        {
            throw _cursor.Invalid("sets an option other than i");
        }

        // Oniguruma lets the rest of the enclosing group, alternatives included, belong to the option.
        var rest = Alternatives();
        _ignoreCase = before;
        return $"(?:{rest})";
    }

    private string Closed(string open)
    {
        var inner = Alternatives();
        return _cursor.TryTake(")") ? $"{open}{inner})" : throw _cursor.Invalid("has a '(' without ')'");
    }
}
