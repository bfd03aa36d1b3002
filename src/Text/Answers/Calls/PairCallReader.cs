using System.Text;
using System.Text.RegularExpressions;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads calls as GLM 4.5 and later write them: <c>NAME&lt;arg_key&gt;NAME&lt;/arg_key&gt;&lt;arg_value&gt;VALUE&lt;/arg_value&gt;</c>. Values are text without
/// escapes, of the types
/// that the function's schema has.
/// </summary>
/// <param name="end">The word that follows the call.</param>
internal sealed partial class PairCallReader(ToolSet tools, string end) : CallReader
{
    public const string KeyBegin = "<arg_key>";

    private const int LongestName = 256;

    private readonly StringBuilder _text = new();
    private int _nameEnd = -1;

    public override CallProgress Take(char character)
    {
        _text.Append(character);
        if (_nameEnd < 0 && character != '<')
        {
            return _text.Length <= LongestName && character is not ('{' or '[') && NamePattern().IsMatch(_text.ToString())
                ? CallProgress.Open
                : CallProgress.Failed;
        }

        _nameEnd = _nameEnd < 0 ? _text.Length - 1 : _nameEnd;
        if (_text.Length - _nameEnd <= KeyBegin.Length && _text.ToString(_nameEnd, _text.Length - _nameEnd) is var word
            && !KeyBegin.StartsWith(word, StringComparison.Ordinal) && !end.StartsWith(word, StringComparison.Ordinal))
        {
            return CallProgress.Failed;
        }

        return character == '>' && EndsWith(end) && Parse(_text.ToString(0, _text.Length - end.Length)) ? CallProgress.Ended : CallProgress.Open;
    }

    public override CallProgress Finish() => Parse(_text.ToString()) ? CallProgress.Ended : CallProgress.Failed;

    [GeneratedRegex(@"^\s*[^\s<>]*\s*$")]
    private static partial Regex NamePattern();

    private bool EndsWith(string word) => _text.Length >= word.Length && _text.ToString(_text.Length - word.Length, word.Length) == word;

    private bool Parse(string text)
    {
        var nameEnd = text.IndexOf('<', StringComparison.Ordinal);
        var name = (nameEnd < 0 ? text : text[..nameEnd]).Trim();
        var values = new ArgumentWriter(tools, name);
        var rest = nameEnd < 0 ? "" : text[nameEnd..].TrimEnd();
        while (rest.Length > 0)
        {
            var (key, keyEnd) = Element(rest, KeyBegin, "</arg_key>", []);
            var behind = keyEnd < 0 ? "" : rest[keyEnd..].TrimStart();
            var (value, valueEnd) = Element(behind, "<arg_value>", "</arg_value>", [KeyBegin]);
            if (keyEnd < 0 || valueEnd < 0)
            {
                return false;
            }

            values.Add(key.Trim(), value);
            rest = behind[valueEnd..].TrimStart();
        }

        Calls = [new FunctionCall(name, values.ToJson())];
        return name.Length > 0;
    }

    /// <summary>
    /// The element that a text begins with, and where it ends: at a closing word which one of some words or the end follows, if there are such words.
    /// </summary>
    /// <returns>-1 where there is none.</returns>
    private static (string Text, int End) Element(string text, string begin, string end, string[] followers)
    {
        if (!text.StartsWith(begin, StringComparison.Ordinal))
        {
            return ("", -1);
        }

        for (var at = text.IndexOf(end, StringComparison.Ordinal); at >= 0; at = text.IndexOf(end, at + 1, StringComparison.Ordinal))
        {
            var behind = text[(at + end.Length)..].TrimStart();
            if (followers.Length == 0 || behind.Length == 0 || followers.Any(word => behind.StartsWith(word, StringComparison.Ordinal)))
            {
                return (text[begin.Length..at], at + end.Length);
            }
        }

        return ("", -1);
    }
}
