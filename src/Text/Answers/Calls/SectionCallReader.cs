using System.Text;
using System.Text.RegularExpressions;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads a section of calls, each between words of its own, with a word between what is said of the function and its arguments: DeepSeek's
/// <c>NAME SEPARATOR {...}</c> or <c>function SEPARATOR NAME ```json {...} ```</c>, and Kimi's <c>functions.NAME:0 SEPARATOR {...}</c>.
/// </summary>
/// <param name="words">The words of a section.</param>
internal sealed partial class SectionCallReader(SectionWords words) : CallReader
{
    private const int LongestHead = 512;

    private readonly List<FunctionCall> _calls = [];
    private readonly JsonScanner _arguments = new();
    private readonly StringBuilder _held = new();
    private string _head = "";
    private State _state;

    private enum State
    {
        Between,
        Head,
        BeforeArguments,
        Arguments,
        BehindArguments,
    }

    public override CallProgress Take(char character)
    {
        if (_state == State.Arguments)
        {
            return _arguments.Take(character) switch
            {
                CallProgress.Ended => EndArguments(),
                var progress => progress,
            };
        }

        if (_held.Length > 0 || !char.IsWhiteSpace(character))
        {
            _held.Append(character);
        }

        return _held.Length > LongestHead ? CallProgress.Failed : Advance(_held.ToString());
    }

    public override CallProgress Finish() => _state is State.Between or State.BehindArguments && _calls.Count > 0 ? End() : CallProgress.Failed;

    [GeneratedRegex(@"^(functions\.)?(?<name>[^\s:]+)(:\d+)?$")]
    private static partial Regex NamePattern();

    private CallProgress Advance(string held)
    {
        switch (_state)
        {
            case State.Between when held == words.SectionEnd && _calls.Count > 0:
                return End();
            case State.Between when held == words.CallBegin:
                return Move(State.Head);
            case State.Between:
                return words.CallBegin.StartsWith(held, StringComparison.Ordinal) || words.SectionEnd.StartsWith(held, StringComparison.Ordinal)
                    ? CallProgress.Open
                    : CallProgress.Failed;
            case State.Head when held.EndsWith(words.Separator, StringComparison.Ordinal):
                _head = held[..^words.Separator.Length].Trim();
                return Move(State.BeforeArguments);
            case State.BeforeArguments when held.EndsWith('{'):
                return Name(held[..^1]) is { Length: > 0 } ? BeginArguments() : CallProgress.Failed;
            case State.BeforeArguments when held.EndsWith(words.CallEnd, StringComparison.Ordinal):
                return EndCall(held[..^words.CallEnd.Length], FunctionCall.NoArguments);
            case State.BehindArguments when held.EndsWith(words.CallEnd, StringComparison.Ordinal):
                return held[..^words.CallEnd.Length].Trim(' ', '\n', '\r', '`').Length == 0 ? Move(State.Between) : CallProgress.Failed;
            default:
                return CallProgress.Open;
        }
    }

    /// <param name="before">What stands between the separator and the arguments.</param>
    private string Name(string before)
    {
        var name = before.Replace("```json", "", StringComparison.Ordinal).Trim();
        return NamePattern().Match(name.Length > 0 ? name : _head).Groups["name"].Value;
    }

    private CallProgress Move(State state)
    {
        _held.Clear();
        _state = state;
        return CallProgress.Open;
    }

    private CallProgress BeginArguments()
    {
        _head = Name(_held.ToString(0, _held.Length - 1));
        Move(State.Arguments);
        return _arguments.Take('{');
    }

    private CallProgress EndArguments()
    {
        var arguments = _arguments.TakeText();
        if (!FunctionCall.IsObject(arguments))
        {
            return CallProgress.Failed;
        }

        _calls.Add(new FunctionCall(_head, arguments));
        return Move(State.BehindArguments);
    }

    private CallProgress EndCall(string before, string arguments)
    {
        var name = Name(before);
        _calls.Add(new FunctionCall(name, arguments));
        return name.Length > 0 ? Move(State.Between) : CallProgress.Failed;
    }

    private CallProgress End()
    {
        Calls = _calls;
        return CallProgress.Ended;
    }
}
