using System.Text;
using System.Text.Json.Nodes;

namespace LmDeploy.Text.Answers.Calls;

/// <summary>
/// Reads calls written in Python, as Llama 4 and LFM2 do: <c>[NAME(KEY="VALUE", ...), ...]</c>. Values are literals: texts in quotes, numbers, <c>True</c>,
/// <c>False</c>, <c>None</c>, lists, tuples and dictionaries.
/// </summary>
/// <param name="end">The word that follows the list; empty when it ends with the answer.</param>
internal sealed class PythonCallReader(string end) : CallReader
{
    private readonly StringBuilder _text = new();
    private char _quote;
    private bool _isEscaped;
    private int _depth;
    private bool _isClosed;
    private int _ended;

    /// <summary>Names the only functions that count; null for any.</summary>
    public ToolSet? Known { get; init; }

    public override CallProgress Take(char character)
    {
        if (_isClosed)
        {
            return _ended == 0 && char.IsWhiteSpace(character) ? CallProgress.Open
                : end.Length == 0 || character != end[_ended] ? CallProgress.Failed
                : ++_ended == end.Length ? CallProgress.Ended : CallProgress.Open;
        }

        if (_text.Length == 0 && char.IsWhiteSpace(character))
        {
            return CallProgress.Open;
        }

        _text.Append(character);
        if (_text.Length == 1)
        {
            _depth = 1;
            return character == '[' ? CallProgress.Open : CallProgress.Failed;
        }

        // A list of calls begins with a name.
        if (_text.Length == 2 && !(char.IsLetter(character) || character == '_'))
        {
            return CallProgress.Failed;
        }

        Scan(character);
        _isClosed = _depth == 0;
        return !_isClosed ? CallProgress.Open : Parse() ? CallProgress.Open : CallProgress.Failed;
    }

    /// <summary>An answer that ends without the closing word has calls all the same, if the list is complete.</summary>
    public override CallProgress Finish() => _isClosed ? CallProgress.Ended : CallProgress.Failed;

    /// <summary>Finds the end of the list: what is in its texts ends nothing.</summary>
    private void Scan(char character)
    {
        if (_quote != default)
        {
            _quote = !_isEscaped && character == _quote ? default : _quote;
            _isEscaped = !_isEscaped && character == '\\';
            return;
        }

        switch (character)
        {
            case '"' or '\'':
                _quote = character;
                break;
            case '[' or '(' or '{':
                _depth++;
                break;
            case ']' or ')' or '}':
                _depth--;
                break;
        }
    }

    private bool Parse()
    {
        try
        {
            var python = new PythonLiterals(_text.ToString());
            var calls = new List<FunctionCall>();
            python.Demand('[');
            do
            {
                var name = python.Name();
                python.Demand('(');
                var arguments = new JsonObject();
                while (!python.Takes(')'))
                {
                    if (arguments.Count > 0)
                    {
                        python.Demand(',');
                    }

                    var key = python.Name();
                    python.Demand('=');
                    arguments[key] = python.Value();
                }

                calls.Add(new FunctionCall(name, arguments.ToJsonString(ToolSet.Json)));
            }
            while (python.Takes(','));
            python.Demand(']');
            Calls = calls;
            return Known is null || calls.TrueForAll(call => Known.Has(call.Name));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
