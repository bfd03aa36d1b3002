using System.Text;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads calls as Qwen3-Coder writes them: <c>&lt;function=NAME&gt;&lt;parameter=NAME&gt;VALUE&lt;/parameter&gt;&lt;/function&gt;</c>. Values are text without
/// escapes, so a closing
/// word counts where what has to follow it follows, and what a value is depends on the function's schema.
/// </summary>
/// <param name="begun">What came before: the word that began the call where it is part of it.</param>
/// <param name="end">The word that follows the calls.</param>
internal sealed class XmlCallReader(ToolSet tools, string begun, string end) : CallReader
{
    public const string FunctionBegin = "<function=";
    public const string FunctionEnd = "</function>";

    private const string ParameterBegin = "<parameter=";
    private const string ParameterEnd = "</parameter>";

    private readonly StringBuilder _text = new(begun);

    public override CallProgress Take(char character)
    {
        if (_text.Length == 0 && char.IsWhiteSpace(character))
        {
            return CallProgress.Open;
        }

        _text.Append(character);
        if (_text.Length <= FunctionBegin.Length)
        {
            return FunctionBegin[_text.Length - 1] == character ? CallProgress.Open : CallProgress.Failed;
        }

        return character == end[^1] && EndsWith(end) && Parse(_text.ToString(0, _text.Length - (end == FunctionEnd ? 0 : end.Length)))
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
    private static int FindEnd(string text, int position)
    {
        for (var at = text.IndexOf(ParameterEnd, position, StringComparison.Ordinal);
            at >= 0;
            at = text.IndexOf(ParameterEnd, at + 1, StringComparison.Ordinal))
        {
            var next = SkipSpace(text, at + ParameterEnd.Length);
            if (Follows(text, next, ParameterBegin) || (Follows(text, next, FunctionEnd) && IsFunctionEnd(text, next + FunctionEnd.Length)))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Whether what follows the closing word of a function is nothing, or another one.</summary>
    private static bool IsFunctionEnd(string text, int position)
    {
        var next = SkipSpace(text, position);
        return next == text.Length || Follows(text, next, FunctionBegin);
    }

    /// <summary>Without the line breaks that set the value off from its tags.</summary>
    private static string Unwrap(string value)
    {
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

    private bool Parse(string text)
    {
        var calls = new List<FunctionCall>();
        for (var at = SkipSpace(text, 0); at < text.Length; at = SkipSpace(text, at))
        {
            var nameEnd = text.IndexOf('>', at);
            if (!Follows(text, at, FunctionBegin) || nameEnd < 0)
            {
                return false;
            }

            var name = text[(at + FunctionBegin.Length)..nameEnd].Trim();
            var values = new ArgumentWriter(tools, name);
            at = SkipSpace(text, nameEnd + 1);
            while (Follows(text, at, ParameterBegin))
            {
                var (keyEnd, valueEnd) = (text.IndexOf('>', at), FindEnd(text, at));
                if (keyEnd < 0 || valueEnd < keyEnd)
                {
                    return false;
                }

                values.Add(text[(at + ParameterBegin.Length)..keyEnd].Trim(), Unwrap(text[(keyEnd + 1)..valueEnd]));
                at = SkipSpace(text, valueEnd + ParameterEnd.Length);
            }

            if (name.Length == 0 || !Follows(text, at, FunctionEnd))
            {
                return false;
            }

            calls.Add(new FunctionCall(name, values.ToJson()));
            at += FunctionEnd.Length;
        }

        Calls = calls;
        return calls.Count > 0;
    }
}
