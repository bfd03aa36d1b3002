using System.Text;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>
/// Reads a regular expression in the syntax that .NET, Python and JavaScript have in common. \d, \w and \s are ASCII; laziness is ignored, as it does
/// not change which texts match. What a finite automaton cannot do is refused.
/// </summary>
internal sealed class ExpressionParser
{
    private const int MostRepeats = 10_000;
    private const int DeepestGroup = 200;

    private readonly string _pattern;
    private int _position;
    private int _depth;

    private ExpressionParser(string pattern) => _pattern = pattern;

    private bool IsAtEnd => _position >= _pattern.Length;

    private char Next => _pattern[_position];

    /// <exception cref="Errors.EngineException">The construct that is not supported, and where it is.</exception>
    public static IReadOnlyList<ExpressionBranch> Parse(string pattern)
    {
        var parser = new ExpressionParser(pattern);
        var branches = new List<ExpressionBranch> { parser.ParseBranch() };
        while (parser.TryTake('|'))
        {
            branches.Add(parser.ParseBranch());
        }

        return parser.IsAtEnd ? branches : throw parser.Refuse("there is no group for this )");
    }

    private ExpressionBranch ParseBranch()
    {
        var isAtStart = TryTake('^');
        var node = ParseSequence();
        return new ExpressionBranch(isAtStart, node, TryTake('$') && (IsAtEnd || Next == '|' ? true : throw Refuse("$ is supported only at the end")));
    }

    private ExpressionNode ParseAlternation()
    {
        var parts = new List<ExpressionNode> { ParseSequence() };
        while (TryTake('|'))
        {
            parts.Add(ParseSequence());
        }

        return parts.Count == 1 ? parts[0] : new AlternationNode(parts);
    }

    private ExpressionNode ParseSequence()
    {
        var parts = new List<ExpressionNode>();
        while (!IsAtEnd && Next is not ('|' or ')') && !(Next == '$' && _depth == 0))
        {
            parts.Add(ParseQuantified());
        }

        return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
    }

    private ExpressionNode ParseQuantified()
    {
        var node = ParseAtom();
        var isQuantified = false;
        while (!IsAtEnd && ParseQuantifier() is (var least, var most))
        {
            if (isQuantified)
            {
                throw Refuse("a quantifier after a quantifier is not supported");
            }

            node = new RepeatNode(node, least, most);
            isQuantified = true;
            TryTake('?');
            if (!IsAtEnd && Next == '+')
            {
                throw Refuse("a possessive quantifier is not supported");
            }
        }

        return node;
    }

    private (int Least, int? Most)? ParseQuantifier()
    {
        switch (Next)
        {
            case '*':
                _position++;
                return (0, null);
            case '+':
                _position++;
                return (1, null);
            case '?':
                _position++;
                return (0, 1);
            case '{':
                return ParseCounts();
            default:
                return null;
        }
    }

    private (int Least, int? Most)? ParseCounts()
    {
        var start = _position++;
        if (!IsAtEnd && Next == ',')
        {
            throw Refuse("{,n} is not supported; write {0,n}", start);
        }

        if (ParseNumber() is not { } least)
        {
            _position = start;
            return null;
        }

        int? most = least;
        if (TryTake(','))
        {
            most = ParseNumber();
        }

        if (!TryTake('}'))
        {
            _position = start;
            return null;
        }

        if (least > MostRepeats || most > MostRepeats || most < least)
        {
            throw Refuse(most < least ? "the counts are the wrong way round" : $"a count is more than {MostRepeats}", start);
        }

        return (least, most);
    }

    private int? ParseNumber()
    {
        var start = _position;
        while (!IsAtEnd && char.IsAsciiDigit(Next))
        {
            _position++;
        }

        if (start == _position)
        {
            return null;
        }

        return int.TryParse(_pattern.AsSpan(start, _position - start), out var number) ? number : int.MaxValue;
    }

    private ExpressionNode ParseAtom()
    {
        var start = _position;
        switch (Next)
        {
            case '(':
                return ParseGroup();
            case '[':
                return new CharacterNode(ParseClass());
            case '.':
                _position++;
                return new CharacterNode(CharacterClasses.AllButNewLine);
            case '\\':
                return new CharacterNode(ParseEscape(inClass: false));
            case '^':
                throw Refuse("^ is supported only at the start");
            case '$':
                throw Refuse("$ is supported only at the end");
            case '*' or '+' or '?':
                throw Refuse($"there is nothing before {Next}");
            case '{' when ParseCounts() is not null:
                throw Refuse("there is nothing before the counts", start);
            default:
                return new CharacterNode(CodePointSet.Of(ParseCharacter()));
        }
    }

    private ExpressionNode ParseGroup()
    {
        var start = _position++;
        if (!IsAtEnd && Next == '?')
        {
            ParseGroupKind(start);
        }

        if (++_depth > DeepestGroup)
        {
            throw Refuse($"groups are nested more than {DeepestGroup} deep", start);
        }

        var node = ParseAlternation();
        _depth--;
        return TryTake(')') ? node : throw Refuse("this group does not end", start);
    }

    private void ParseGroupKind(int start)
    {
        var rest = _pattern.AsSpan(_position);
        if (rest.StartsWith("?:"))
        {
            _position += 2;
            return;
        }

        if (rest.StartsWith("?=") || rest.StartsWith("?!") || rest.StartsWith("?<=") || rest.StartsWith("?<!"))
        {
            throw Refuse("lookaround is not supported", start);
        }

        var name = rest.StartsWith("?P<") ? 3 : rest.StartsWith("?<") ? 2 : throw Refuse("this kind of group is not supported", start);
        var length = rest[name..].IndexOf('>');
        if (length < 1 || rest.Slice(name, length).ContainsAnyExcept(CharacterClasses.NameCharacters))
        {
            throw Refuse("this kind of group is not supported", start);
        }

        _position += name + length + 1;
    }

    private CodePointSet ParseClass()
    {
        var start = _position++;
        var isNegated = TryTake('^');
        var set = new CodePointSet([]);
        var isFirst = true;
        while (isFirst || IsAtEnd || Next != ']')
        {
            if (IsAtEnd)
            {
                throw Refuse("this class does not end", start);
            }

            set = set.Union(ParseClassPart());
            isFirst = false;
        }

        _position++;
        set = isNegated ? set.Complement() : set;
        return set.IsEmpty ? throw Refuse("no character is in this class", start) : set;
    }

    private CodePointSet ParseClassPart()
    {
        var start = _position;
        var rest = _pattern.AsSpan(start);
        if (rest.StartsWith("[:") || rest.StartsWith("-["))
        {
            throw Refuse(rest[0] == '-' ? "subtraction from a class is not supported" : "a named class is not supported");
        }

        var low = Next == '\\' ? ParseEscape(inClass: true) : CodePointSet.Of(ParseCharacter());
        if (_position + 1 >= _pattern.Length || Next != '-' || _pattern[_position + 1] is ']' or '[')
        {
            return low;
        }

        _position++;
        var high = Next == '\\' ? ParseEscape(inClass: true) : CodePointSet.Of(ParseCharacter());
        if (!IsOne(low) || !IsOne(high) || high.Ranges[0].Low < low.Ranges[0].Low)
        {
            throw Refuse("the range's ends must be characters, the lower one first", start);
        }

        return new CodePointSet([new CodePointRange(low.Ranges[0].Low, high.Ranges[0].Low)]);
    }

    private static bool IsOne(CodePointSet set) => set.Ranges is [var range] && range.Low == range.High;

    private CodePointSet ParseEscape(bool inClass)
    {
        var start = _position++;
        if (IsAtEnd)
        {
            throw Refuse("there is nothing after \\", start);
        }

        if (CharacterClasses.Named(Next) is { } named)
        {
            _position++;
            return named;
        }

        var isWide = Next == 'u';
        if (Next is 'x' or 'u')
        {
            _position++;
            return CodePointSet.Of(isWide ? ParseUnicode(start) : ParseHex(2, start));
        }

        if (inClass && TryTake('b'))
        {
            return CodePointSet.Of('\b');
        }

        if (char.IsAsciiLetterOrDigit(Next))
        {
            throw Refuse(Next is >= '1' and <= '9' or 'k' ? "a backreference is not supported" : $"\\{Next} is not supported", start);
        }

        return CodePointSet.Of(ParseCharacter());
    }

    /// <summary>\uXXXX, or two of them for a pair of surrogates.</summary>
    private int ParseUnicode(int start)
    {
        var value = ParseHex(4, start);
        if (char.IsHighSurrogate((char)value) && _pattern.AsSpan(_position).StartsWith("\\u"))
        {
            _position += 2;
            var low = ParseHex(4, start);
            value = char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)value, (char)low) : value;
        }

        return Rune.IsValid(value) ? value : throw Refuse("half of a surrogate pair stands alone", start);
    }

    private int ParseHex(int digits, int start)
    {
        var text = _pattern.AsSpan(_position, Math.Min(digits, _pattern.Length - _position));
        if (text.Length < digits || !text.ToString().All(char.IsAsciiHexDigit))
        {
            throw Refuse($"{digits} hexadecimal digits are needed", start);
        }

        _position += digits;
        return Convert.ToInt32(text.ToString(), 16);
    }

    private int ParseCharacter()
    {
        if (!Rune.TryGetRuneAt(_pattern, _position, out var rune))
        {
            throw Refuse("half of a surrogate pair stands alone");
        }

        _position += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private bool TryTake(char character)
    {
        if (IsAtEnd || Next != character)
        {
            return false;
        }

        _position++;
        return true;
    }

    private Errors.EngineException Refuse(string problem) => Refuse(problem, _position);

    private Errors.EngineException Refuse(string problem, int position) =>
        GuideErrors.Refuse($"{problem}, at position {position} of the regular expression {_pattern}");
}
