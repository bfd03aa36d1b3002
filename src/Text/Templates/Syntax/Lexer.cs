namespace LmDeploy.Text.Templates.Syntax;

/// <summary>
/// Splits a template into tokens as Jinja2 3.1 does with <c>trim_blocks</c> and <c>lstrip_blocks</c>: newlines become <c>\n</c>, one at the
/// very end is dropped, <c>-</c> and <c>+</c> beside a delimiter control the white space around it. Linear in the source's length.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly ExpressionLexer _expressions;
    private readonly List<Token> _tokens = [];
    private readonly SourcePosition _position;
    private bool _lineStarting = true;

    private Lexer(string source)
    {
        _source = Normalize(source);
        _position = new SourcePosition(_source);
        _expressions = new ExpressionLexer(_source, _position, _tokens);
    }

    /// <exception cref="SyntaxFault">A tag, string or bracket is not closed, or a character belongs to no token.</exception>
    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private static string Normalize(string source)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    private void Run()
    {
        while (_position.Offset < _source.Length)
        {
            var opener = FindOpener(_position.Offset);
            if (opener < 0)
            {
                AddData(_source[_position.Offset..]);
                _position.MoveTo(_source.Length);
                break;
            }

            ReadTag(opener);
        }

        _tokens.Add(new Token(TokenKind.End, "", _position.Line));
    }

    private int FindOpener(int start)
    {
        for (var i = _source.IndexOf('{', start); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void ReadTag(int opener)
    {
        var kind = _source[opener + 1];
        var sign = SignAt(opener + 2);
        AddData(Strip(_source[_position.Offset..opener], sign, kind != '{'));
        _position.MoveTo(opener);
        var start = opener + (sign == '\0' ? 2 : 3);
        switch (kind)
        {
            case '#':
                SkipComment(start);
                break;
            case '%' when MatchTag(start, "raw", trimsNewline: false) is var end and > 0:
                ReadRaw(end);
                break;
            default:
                var isBlock = kind == '%';
                _tokens.Add(new Token(isBlock ? TokenKind.BlockBegin : TokenKind.VariableBegin, "", _position.Line));
                _position.MoveTo(start);
                _expressions.ReadUntil(isBlock);
                EndTag();
                break;
        }
    }

    private void SkipComment(int start)
    {
        var end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new SyntaxFault("Missing end of comment tag", _position.Line);
        }

        var sign = end > start ? SignAt(end - 1) : '\0';
        _position.MoveTo(AfterTag(end + 2, sign, trimsNewline: true));
        EndTag();
    }

    private void ReadRaw(int start)
    {
        _lineStarting = _source[start - 1] == '\n';
        for (var i = _source.IndexOf("{%", start, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 2, StringComparison.Ordinal))
        {
            var sign = SignAt(i + 2);
            var end = MatchTag(i + (sign == '\0' ? 2 : 3), "endraw", trimsNewline: true);
            if (end > 0)
            {
                _position.MoveTo(start);
                AddData(Strip(_source[start..i], sign, isBlock: true));
                _position.MoveTo(end);
                EndTag();
                return;
            }
        }

        throw new SyntaxFault("Missing end of raw directive", _position.Line);
    }

    /// <summary>Where the text after a tag that consists of one word goes on; 0 when that is not what stands at <paramref name="start"/>.</summary>
    private int MatchTag(int start, string word, bool trimsNewline)
    {
        var i = SkipSpace(start);
        if (string.CompareOrdinal(_source, i, word, 0, word.Length) != 0)
        {
            return 0;
        }

        i = SkipSpace(i + word.Length);
        var sign = SignAt(i);
        if (sign == '+' && !trimsNewline)
        {
            return 0;
        }

        i += sign == '\0' ? 0 : 1;
        return string.CompareOrdinal(_source, i, "%}", 0, 2) == 0 ? AfterTag(i + 2, sign, trimsNewline) : 0;
    }

    /// <summary>The text before a tag without what the tag's sign or <c>lstrip_blocks</c> takes away.</summary>
    private string Strip(string text, char sign, bool isBlock)
    {
        if (sign == '-')
        {
            return text.TrimEnd(Whitespace.Characters);
        }

        if (sign == '+' || !isBlock)
        {
            return text;
        }

        var line = text.LastIndexOf('\n') + 1;
        return (line > 0 || _lineStarting) && text.AsSpan(line).Trim(Whitespace.Characters).IsEmpty ? text[..line] : text;
    }

    private int AfterTag(int end, char sign, bool trimsNewline) => sign switch
    {
        '-' => SkipSpace(end),
        '\0' when trimsNewline && end < _source.Length && _source[end] == '\n' => end + 1,
        _ => end,
    };

    private void EndTag() => _lineStarting = _source[_position.Offset - 1] == '\n';

    private char SignAt(int offset) => offset < _source.Length && _source[offset] is '-' or '+' ? _source[offset] : '\0';

    private int SkipSpace(int offset)
    {
        while (offset < _source.Length && Whitespace.Is(_source[offset]))
        {
            offset++;
        }

        return offset;
    }

    private void AddData(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Data, text, _position.Line));
        }
    }
}
