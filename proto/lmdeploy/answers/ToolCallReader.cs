using System.Text;

namespace LmDeploy.Answers;

/// <summary>
/// Finds calls of functions in an answer, by the words that begin them: <c>&lt;tool_call&gt;{...}&lt;/tool_call&gt;</c> (Qwen, Hermes),
/// <c>[TOOL_CALLS][{...}]</c> or <c>[TOOL_CALLS]name[ARGS]{...}</c> (Mistral), <c>&lt;|python_tag|&gt;{...}</c> or an answer that is nothing but
/// <c>{"name": ..., "parameters": ...}</c> (Llama). What turns out to be none is content; white space around calls is dropped.
/// </summary>
/// <param name="functions">The names of those that may be called.</param>
internal sealed class ToolCallReader(IReadOnlySet<string> functions) : IAnswerReader
{
    private static readonly string[] _begins = [Markers.HermesBegin, Markers.MistralBegin, Markers.LlamaBegin];

    // What was held back, which begins with the marker when a call has begun.
    private readonly StringBuilder _held = new();
    private string? _marker;
    private bool _hasBegun;
    private int _calls;

    public void Add(string text, List<AnswerPiece> pieces)
    {
        _held.Append(text);
        while (Advance(pieces))
        {
            // Until nothing more is certain.
        }
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        var rest = _held.ToString();
        _held.Clear();
        var calls = _marker switch
        {
            Markers.HermesBegin => FunctionCall.ParseAll(rest[Markers.HermesBegin.Length..]),
            Markers.LlamaBegin => FunctionCall.ParseAll(rest[Markers.LlamaBegin.Length..]),
            Markers.MistralBegin => MistralCalls.Parse(rest[Markers.MistralBegin.Length..]),
            "{" => [.. FunctionCall.ParseAll(rest).Where(call => functions.Contains(call.Name))],
            _ => [],
        };
        if (calls.Count > 0)
        {
            AddCalls(calls, pieces);
        }
        else if (rest.Length > 0 && (_calls == 0 || !string.IsNullOrWhiteSpace(rest)))
        {
            pieces.Add(new AnswerPiece(AnswerPart.Content, rest));
        }
    }

    private bool Advance(List<AnswerPiece> pieces)
    {
        if (_marker is not null && _marker != Markers.HermesBegin)
        {
            return false;
        }

        var text = _held.ToString();
        if (_marker is not null)
        {
            return TryEndHermes(text, pieces);
        }

        if (!_hasBegun)
        {
            var begun = text.AsSpan().TrimStart();
            if (begun.IsEmpty)
            {
                return false;
            }

            _hasBegun = true;
            _marker = begun[0] == '{' && _calls == 0 ? "{" : null;
            if (_marker is not null)
            {
                return false;
            }
        }

        var (position, marker) = _begins.Select(begin => (Position: text.IndexOf(begin, StringComparison.Ordinal), Marker: begin)).Where(found => found.Position >= 0).DefaultIfEmpty((-1, "")).Min();
        var certain = position >= 0 ? position : text.Length - _begins.Max(begin => Markers.Partial(text, begin));
        var content = text[..certain].TrimEnd();
        if (content.Length > 0)
        {
            pieces.Add(new AnswerPiece(AnswerPart.Content, content));
        }

        _held.Remove(0, position >= 0 ? position : content.Length);
        _marker = position >= 0 ? marker : null;
        return position >= 0;
    }

    private bool TryEndHermes(string text, List<AnswerPiece> pieces)
    {
        var end = text.IndexOf(Markers.HermesEnd, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var calls = FunctionCall.ParseAll(text[Markers.HermesBegin.Length..end]);
        end += Markers.HermesEnd.Length;
        if (calls.Count > 0)
        {
            AddCalls(calls, pieces);
        }
        else
        {
            pieces.Add(new AnswerPiece(AnswerPart.Content, text[..end]));
        }

        _held.Remove(0, end);
        (_marker, _hasBegun) = (null, false);
        return true;
    }

    private void AddCalls(IReadOnlyList<FunctionCall> calls, List<AnswerPiece> pieces)
    {
        foreach (var call in calls)
        {
            pieces.Add(new AnswerPiece(AnswerPart.CallName, call.Name, _calls));
            pieces.Add(new AnswerPiece(AnswerPart.CallArguments, call.Arguments, _calls++));
        }
    }
}
