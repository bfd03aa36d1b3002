using System.Text;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>Reads calls as Functionary writes them: <c>&lt;function=NAME&gt;{...}&lt;/function&gt;</c>; this is what follows <c>&lt;function=</c>.</summary>
internal sealed class NamedTagCallReader : CallReader
{
    public const string Begin = "<function=";

    private const string End = "</function>";
    private const int LongestName = 256;

    private readonly StringBuilder _name = new();
    private readonly JsonScanner _arguments = new();
    private bool _isNamed;
    private string? _read;
    private int _ended;

    public override CallProgress Take(char character)
    {
        if (!_isNamed)
        {
            _isNamed = character == '>';
            _name.Append(_isNamed ? "" : character);
            return _name.Length is > 0 and <= LongestName && character is not ('<' or '{') ? CallProgress.Open : CallProgress.Failed;
        }

        if (_read is null)
        {
            return _arguments.IsInValue || character == '{' || char.IsWhiteSpace(character) ? TakeArguments(character) : CallProgress.Failed;
        }

        return _ended == 0 && char.IsWhiteSpace(character) ? CallProgress.Open
            : character != End[_ended] ? CallProgress.Failed
            : ++_ended == End.Length ? CallProgress.Ended : CallProgress.Open;
    }

    /// <summary>An answer that ends without the closing word has a call all the same, if the JSON is complete.</summary>
    public override CallProgress Finish() => _read is null ? CallProgress.Failed : CallProgress.Ended;

    private CallProgress TakeArguments(char character)
    {
        var progress = _arguments.Take(character);
        if (progress != CallProgress.Ended)
        {
            return progress;
        }

        _read = _arguments.TakeText().Trim();
        Calls = [new FunctionCall(_name.ToString().Trim(), _read)];
        return FunctionCall.IsObject(_read) ? CallProgress.Open : CallProgress.Failed;
    }
}
