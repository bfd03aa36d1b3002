using System.Text;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>Reads an answer that is nothing but a call as GLM 4 writes it: the name of a function that there is, a line break, and its arguments.</summary>
internal sealed class NamedLineCallReader(ToolSet tools) : CallReader
{
    private readonly StringBuilder _name = new();
    private readonly JsonScanner _arguments = new();
    private string _function = "";
    private bool _hasEnded;

    public override CallProgress Take(char character)
    {
        if (_function.Length == 0)
        {
            return TakeName(character);
        }

        if (_hasEnded || (!_arguments.IsInValue && char.IsWhiteSpace(character)))
        {
            return char.IsWhiteSpace(character) ? CallProgress.Open : CallProgress.Failed;
        }

        if (!_arguments.IsInValue && character != '{')
        {
            return CallProgress.Failed;
        }

        var progress = _arguments.Take(character);
        if (progress == CallProgress.Ended)
        {
            _hasEnded = true;
            Calls = [new FunctionCall(_function, _arguments.TakeText())];
            progress = FunctionCall.IsObject(Calls[0].Arguments) ? CallProgress.Open : CallProgress.Failed;
        }

        return progress;
    }

    public override CallProgress Finish() => _hasEnded ? CallProgress.Ended : CallProgress.Failed;

    private CallProgress TakeName(char character)
    {
        if (character == '\n')
        {
            _function = _name.ToString().TrimEnd();
            return tools.Has(_function) ? CallProgress.Open : CallProgress.Failed;
        }

        _name.Append(character);
        return tools.HasLike(_name.ToString()) ? CallProgress.Open : CallProgress.Failed;
    }
}
