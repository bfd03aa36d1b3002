using System.Text;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads calls that are elements with the parameters as elements in them. Values are text without escapes, so a closing word counts where what has to follow
/// it follows, and what a value is depends on the function's schema unless the element says it.
/// </summary>
/// <param name="tools">The functions and the types of their parameters.</param>
/// <param name="words">The elements.</param>
/// <param name="begun">What came before: the word that began the call where it is part of it.</param>
/// <param name="end">The word that follows the calls.</param>
internal sealed class XmlCallReader(ToolSet tools, XmlWords words, string begun, string end) : CallReader
{
    private const string IsText = "string=\"true\"";
    private const string IsJson = "string=\"false\"";

    private readonly StringBuilder _text = new(begun);

    public override CallProgress Take(char character)
    {
        if (_text.Length == 0 && char.IsWhiteSpace(character))
        {
            return CallProgress.Open;
        }

        _text.Append(character);
        if (_text.Length <= words.FunctionBegin.Length)
        {
            return words.FunctionBegin[_text.Length - 1] == character ? CallProgress.Open : CallProgress.Failed;
        }

        return character == end[^1] && EndsWith(end) && Parse(_text.ToString(0, _text.Length - (end == words.FunctionEnd ? 0 : end.Length)))
            ? CallProgress.Ended
            : CallProgress.Open;
    }

    public override CallProgress Finish() => Parse(_text.ToString()) ? CallProgress.Ended : CallProgress.Failed;

    private static int SkipSpace(string text, int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }

    private static bool Follows(string text, int position, string word) => string.CompareOrdinal(text, position, word, 0, word.Length) == 0;

    /// <summary>Where the parameter that begins here ends: at a closing word which another parameter or the end of the function follows.</summary>
    /// <returns>-1 where it does not end.</returns>
    private int FindEnd(string text, int position, string function)
    {
        for (var at = text.IndexOf(words.ParameterEnd, position, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf(words.ParameterEnd, at + 1, StringComparison.Ordinal))
        {
            var next = SkipSpace(text, at + words.ParameterEnd.Length);
            if (IsParameter(text, next, function) || (Follows(text, next, words.FunctionEnd) && IsFunctionEnd(text, next + words.FunctionEnd.Length)))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Whether what follows the closing word of a function is nothing, or another one.</summary>
    private bool IsFunctionEnd(string text, int position)
    {
        var next = SkipSpace(text, position);
        return next == text.Length || Follows(text, next, words.FunctionBegin);
    }

    /// <summary>Without the line breaks that set the value off from its tags.</summary>
    private string Unwrap(string value)
    {
        if (words.IsQuoted)
        {
            return value;
        }

        var begin = value.StartsWith('\n') ? 1 : 0;
        var end = value.Length > begin && value.EndsWith('\n') ? value.Length - 1 : value.Length;
        return value[begin..end];
    }

    private bool EndsWith(string word)
    {
        for (var i = 1; i <= word.Length; i++)
        {
            if (_text.Length < i || _text[^i] != word[^i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a parameter begins here that the function may have: others are text of a value.</summary>
    private bool IsParameter(string text, int position, string function) =>
        Follows(text, position, words.ParameterBegin)
        && Tag(text, position + words.ParameterBegin.Length) is { } parameter && tools.MayHave(function, parameter.Name);

    private static void Add(ArgumentWriter values, (string Name, string Attributes, int End) key, string value)
    {
        if (key.Attributes is IsText or IsJson)
        {
            values.Add(key.Name, value, isText: key.Attributes == IsText);
        }
        else
        {
            values.Add(key.Name, value);
        }
    }

    /// <summary>The rest of a tag behind the word that it begins with.</summary>
    private (string Name, string Attributes, int End)? Tag(string text, int position)
    {
        var end = text.IndexOf('>', position);
        var nameEnd = words.IsQuoted ? text.IndexOf('"', position) : end;
        return end < 0 || nameEnd < 0 || nameEnd > end
            ? null
            : (text[position..nameEnd].Trim(), text[Math.Min(nameEnd + 1, end)..end].Trim(), end + 1);
    }

    private bool Parse(string text)
    {
        var calls = new List<FunctionCall>();
        for (var at = SkipSpace(text, 0); at < text.Length; at = SkipSpace(text, at))
        {
            if (!Follows(text, at, words.FunctionBegin) || Tag(text, at + words.FunctionBegin.Length) is not { } function)
            {
                return false;
            }

            var name = function.Name;
            var values = new ArgumentWriter(tools, name);
            at = SkipSpace(text, function.End);
            while (Follows(text, at, words.ParameterBegin))
            {
                if (Tag(text, at + words.ParameterBegin.Length) is not { } key || FindEnd(text, key.End, name) is not (>= 0 and var valueEnd))
                {
                    return false;
                }

                Add(values, key, Unwrap(text[key.End..valueEnd]));
                at = SkipSpace(text, valueEnd + words.ParameterEnd.Length);
            }

            if (name.Length == 0 || !Follows(text, at, words.FunctionEnd))
            {
                return false;
            }

            calls.Add(new FunctionCall(name, values.ToJson()));
            at += words.FunctionEnd.Length;
        }

        Calls = calls;
        return calls.Count > 0;
    }
}
