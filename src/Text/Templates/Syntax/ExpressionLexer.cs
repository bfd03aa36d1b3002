namespace LmDeploy.Text.Templates.Syntax;

/// <summary>Reads the tokens between a tag's delimiters.</summary>
internal sealed class ExpressionLexer(string source, SourcePosition position, List<Token> tokens)
{
    private const string OneCharacterOperators = "+-*/%~[](){}><=.:|,;";

    private static readonly string[] TwoCharacterOperators = ["//", "**", "==", "!=", ">=", "<="];

    private readonly Stack<char> _brackets = [];

    private char Current => source[position.Offset];

    /// <summary>Reads up to and including the tag's end; within brackets an end delimiter is only operators.</summary>
    public void ReadUntil(bool isBlock)
    {
        _brackets.Clear();
        while (position.Offset < source.Length)
        {
            if (_brackets.Count == 0 && EndLength(isBlock) is var length and > 0)
            {
                tokens.Add(new Token(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, "", position.Line));
                position.MoveTo(position.Offset + length);
                return;
            }

            if (Whitespace.Is(Current))
            {
                position.MoveTo(position.Offset + 1);
            }
            else if (char.IsAsciiDigit(Current))
            {
                ReadNumber();
            }
            else if (IsWord(Current))
            {
                ReadName();
            }
            else if (Current is '\'' or '"')
            {
                ReadString();
            }
            else
            {
                ReadOperator();
            }
        }
    }

    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    /// <summary>The length of the end delimiter here with the white space it takes along; 0 when there is none.</summary>
    private int EndLength(bool isBlock)
    {
        var offset = position.Offset;
        var sign = Current is '-' || (isBlock && Current is '+') ? Current : '\0';
        var end = offset + (sign == '\0' ? 0 : 1);
        if (string.CompareOrdinal(source, end, isBlock ? "%}" : "}}", 0, 2) != 0)
        {
            return 0;
        }

        end += 2;
        if (sign == '-')
        {
            while (end < source.Length && Whitespace.Is(source[end]))
            {
                end++;
            }
        }
        else if (sign == '\0' && isBlock && end < source.Length && source[end] == '\n')
        {
            end++;
        }

        return end - offset;
    }

    private void ReadName()
    {
        var end = position.Offset;
        while (end < source.Length && IsWord(source[end]))
        {
            end++;
        }

        if (char.IsDigit(Current) || char.IsSurrogate(Current))
        {
            throw new SyntaxFault("Invalid character in identifier", position.Line);
        }

        Add(TokenKind.Name, end);
    }

    private void ReadNumber()
    {
        var start = position.Offset;
        var end = SkipDigits(start);
        var isFloat = false;
        if (start == 0 || source[start - 1] != '.')
        {
            if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
            {
                end = SkipDigits(end + 1);
                isFloat = true;
            }

            if (end < source.Length && source[end] is 'e' or 'E')
            {
                var digits = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
                if (digits < source.Length && char.IsAsciiDigit(source[digits]))
                {
                    end = SkipDigits(digits);
                    isFloat = true;
                }
            }
        }

        Add(isFloat ? TokenKind.Float : TokenKind.Integer, isFloat ? end : IntegerEnd(start));
    }

    private int IntegerEnd(int start)
    {
        if (Current != '0')
        {
            return SkipDigits(start);
        }

        Func<char, bool>? isDigit = start + 1 >= source.Length ? null : char.ToLowerInvariant(source[start + 1]) switch
        {
            'x' => char.IsAsciiHexDigit,
            'o' => c => c is >= '0' and <= '7',
            'b' => c => c is '0' or '1',
            _ => null,
        };
        var prefixed = isDigit is null ? start + 2 : Skip(start + 2, isDigit, separatorFirst: true);
        return prefixed > start + 2 ? prefixed : Skip(start + 1, c => c == '0', separatorFirst: true);
    }

    private int SkipDigits(int offset) => Skip(offset, char.IsAsciiDigit, separatorFirst: false);

    /// <summary>Skips digits with single underscores between them.</summary>
    private int Skip(int offset, Func<char, bool> isDigit, bool separatorFirst)
    {
        var mayComeNext = separatorFirst;
        while (offset < source.Length)
        {
            if (isDigit(source[offset]))
            {
                offset++;
            }
            else if (mayComeNext && source[offset] == '_' && offset + 1 < source.Length && isDigit(source[offset + 1]))
            {
                offset += 2;
            }
            else
            {
                break;
            }

            mayComeNext = true;
        }

        return offset;
    }

    private void ReadString()
    {
        var quote = Current;
        for (var i = position.Offset + 1; i < source.Length; i++)
        {
            if (source[i] == '\\')
            {
                i++;
            }
            else if (source[i] == quote)
            {
                var text = StringEscapes.Resolve(source[(position.Offset + 1)..i], position.Line);
                tokens.Add(new Token(TokenKind.String, text, position.Line));
                position.MoveTo(i + 1);
                return;
            }
        }

        throw UnexpectedCharacter();
    }

    private void ReadOperator()
    {
        var two = position.Offset + 1 < source.Length ? source.Substring(position.Offset, 2) : "";
        if (TwoCharacterOperators.Contains(two))
        {
            Add(TokenKind.Operator, position.Offset + 2);
            return;
        }

        var c = Current;
        if (!OneCharacterOperators.Contains(c))
        {
            throw UnexpectedCharacter();
        }

        if (c is '(' or '[' or '{')
        {
            _brackets.Push(c is '(' ? ')' : c is '[' ? ']' : '}');
        }
        else if (c is ')' or ']' or '}')
        {
            if (!_brackets.TryPop(out var expected))
            {
                throw new SyntaxFault($"unexpected '{c}'", position.Line);
            }

            if (expected != c)
            {
                throw new SyntaxFault($"unexpected '{c}', expected '{expected}'", position.Line);
            }
        }

        Add(TokenKind.Operator, position.Offset + 1);
    }

    private SyntaxFault UnexpectedCharacter() => new($"unexpected char '{Current}' at {position.Offset}", position.Line);

    private void Add(TokenKind kind, int end)
    {
        tokens.Add(new Token(kind, source[position.Offset..end], position.Line));
        position.MoveTo(end);
    }
}
