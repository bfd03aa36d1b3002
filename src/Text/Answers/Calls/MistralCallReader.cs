using System.Text;
using System.Text.RegularExpressions;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads calls after <c>[TOOL_CALLS]</c>: JSON in older models, <c>NAME[ARGS]{...}</c>, <c>NAME[CALL_ID]ID[ARGS]{...}</c> or <c>NAME{...}</c> in newer ones,
/// each after a word of its own.
/// </summary>
internal sealed partial class MistralCallReader : CallReader
{
    public const string Begin = "[TOOL_CALLS]";
    public const string ArgumentsBegin = "[ARGS]";
    public const string IdBegin = "[CALL_ID]";

    private const int LongestHead = 512;

    private readonly StringBuilder _head = new();
    private readonly JsonScanner _arguments = new();
    private JsonCallReader? _older;
    private string _name = "";

    public override CallProgress Take(char character)
    {
        if (_older is not null)
        {
            return TakeOlder(character);
        }

        if (_name.Length > 0)
        {
            return _arguments.Take(character) switch
            {
                CallProgress.Ended => End(),
                var progress => progress,
            };
        }

        if (character is '{' or '[' && _head.Length == 0)
        {
            _older = new JsonCallReader("");
            return TakeOlder(character);
        }

        return TakeHead(character);
    }

    public override CallProgress Finish()
    {
        var progress = _older?.Finish() ?? CallProgress.Failed;
        Calls = _older?.Calls ?? [];
        return progress;
    }

    [GeneratedRegex(@"^(?<name>[^\s\[\]]+)\s*(\[CALL_ID\]\s*[^\s\[\]]+\s*)?(\[ARGS\]\s*)?$")]
    private static partial Regex HeadPattern();

    private CallProgress TakeOlder(char character)
    {
        var progress = _older!.Take(character);
        Calls = _older.Calls;
        return progress;
    }

    private CallProgress TakeHead(char character)
    {
        if (character == '{')
        {
            _name = HeadPattern().Match(_head.ToString()).Groups["name"].Value;
            return _name.Length > 0 ? _arguments.Take(character) : CallProgress.Failed;
        }

        if (_head.Length > 0 || !char.IsWhiteSpace(character))
        {
            _head.Append(character);
        }

        return _head.Length <= LongestHead
            && (char.IsLetterOrDigit(character) || char.IsWhiteSpace(character) || character is '_' or '-' or '.' or ':' or '/' or '[' or ']')
            ? CallProgress.Open
            : CallProgress.Failed;
    }

    private CallProgress End()
    {
        var arguments = _arguments.TakeText();
        Calls = [new FunctionCall(_name, arguments)];
        return FunctionCall.IsObject(arguments) ? CallProgress.Ended : CallProgress.Failed;
    }
}
