using System.Text;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Finds the end of a JSON object or array whose characters come one by one: what is in its strings ends nothing. Whether it is valid JSON in all respects is
/// for a parser to say.
/// </summary>
internal sealed class JsonScanner
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;

    /// <summary>Whether a value has begun that has not ended.</summary>
    public bool IsInValue => _depth > 0;

    /// <returns><see cref="CallProgress.Ended"/> with the last character of a value; another value may follow then.</returns>
    public CallProgress Take(char character)
    {
        _text.Append(character);
        if (_isInString)
        {
            return TakeInString(character);
        }

        switch (character)
        {
            case '{' or '[':
                _depth++;
                return CallProgress.Open;
            case '}' or ']' when _depth > 0:
                return --_depth == 0 ? CallProgress.Ended : CallProgress.Open;
            case '"' when _depth > 0:
                _isInString = true;
                return CallProgress.Open;
            case ' ' or '\n' or '\r' or '\t':
                return CallProgress.Open;
            default:
                return _depth > 0 && (char.IsAsciiLetterOrDigit(character) || character is ':' or ',' or '-' or '+' or '.')
                    ? CallProgress.Open
                    : CallProgress.Failed;
        }
    }

    /// <summary>Takes away what was taken so far.</summary>
    public string TakeText()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }

    private CallProgress TakeInString(char character)
    {
        if (character < ' ')
        {
            return CallProgress.Failed;
        }

        _isInString = _isEscaped || character != '"';
        _isEscaped = !_isEscaped && character == '\\';
        return CallProgress.Open;
    }
}
