using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads a call as Gemma 4 writes it: <c>call:NAME{KEY:VALUE,...}&lt;tool_call|&gt;</c>, with texts between <c>&lt;|"|&gt;</c>, numbers, <c>true</c>,
/// <c>false</c>, <c>null</c>, lists in brackets and maps in braces.
/// </summary>
internal sealed class GemmaCallReader : CallReader
{
    public const string Begin = "<|tool_call>";
    public const string End = "<tool_call|>";
    public const string Quote = "<|\"|>";

    private const string Prefix = "call:";
    private const int Deepest = 64;

    private readonly StringBuilder _text = new();
    private bool _isInText;
    private int _at;

    public override CallProgress Take(char character)
    {
        _text.Append(character);
        if (_text.Length <= Prefix.Length)
        {
            return Prefix[_text.Length - 1] == character ? CallProgress.Open : CallProgress.Failed;
        }

        if (character != '>')
        {
            return CallProgress.Open;
        }

        _isInText ^= EndsWith(Quote);
        return _isInText || !EndsWith(End) ? CallProgress.Open
            : Parse(_text.ToString(0, _text.Length - End.Length)) ? CallProgress.Ended : CallProgress.Failed;
    }

    /// <summary>An answer that ends without the closing word has a call all the same, if the map is complete.</summary>
    public override CallProgress Finish() => Parse(_text.ToString()) ? CallProgress.Ended : CallProgress.Failed;

    private bool EndsWith(string word) => _text.Length >= word.Length && _text.ToString(_text.Length - word.Length, word.Length) == word;

    private bool Parse(string text)
    {
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        if (brace <= Prefix.Length || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            _at = brace;
            var arguments = Map(text, 0);
            Calls = [new FunctionCall(text[Prefix.Length..brace].Trim(), arguments.ToJsonString(ToolSet.Json))];
            return Space(text) == text.Length;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private int Space(string text)
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return _at;
    }

    private bool Takes(string text, string word)
    {
        var takes = string.CompareOrdinal(text, Space(text), word, 0, word.Length) == 0;
        _at += takes ? word.Length : 0;
        return takes;
    }

    private void Demand(string text, string word)
    {
        if (!Takes(text, word))
        {
            throw new FormatException();
        }
    }

    private JsonObject Map(string text, int depth)
    {
        var map = new JsonObject();
        Demand(text, "{");
        while (!Takes(text, "}"))
        {
            if (map.Count > 0)
            {
                Demand(text, ",");
            }

            var key = Takes(text, Quote) ? Until(text, Quote) : Word(text, ":").Trim();
            Demand(text, ":");
            map[key] = Value(text, depth);
        }

        return map;
    }

    private JsonNode? Value(string text, int depth)
    {
        if (depth > Deepest)
        {
            throw new FormatException();
        }

        if (Takes(text, Quote))
        {
            return JsonValue.Create(Until(text, Quote));
        }

        if (Space(text) < text.Length && text[_at] == '{')
        {
            return Map(text, depth + 1);
        }

        if (Takes(text, "["))
        {
            var list = new JsonArray();
            while (!Takes(text, "]"))
            {
                if (list.Count > 0)
                {
                    Demand(text, ",");
                }

                list.Add(Value(text, depth + 1));
            }

            return list;
        }

        return Scalar(Word(text, ",]}").Trim());
    }

    private string Until(string text, string word)
    {
        var end = text.IndexOf(word, _at, StringComparison.Ordinal);
        var found = end < 0 ? throw new FormatException() : text[_at..end];
        _at = end + word.Length;
        return found;
    }

    private string Word(string text, string ends)
    {
        var length = text.AsSpan(_at).IndexOfAny(ends);
        var word = length <= 0 ? throw new FormatException() : text.Substring(_at, length);
        _at += length;
        return word;
    }

    private static JsonNode? Scalar(string word) => word switch
    {
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        "null" or "None" => null,
        _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(word),
    };
}
