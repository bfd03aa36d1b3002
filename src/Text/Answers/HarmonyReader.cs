using System.Text;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>Splits answers of the <see cref="HarmonyFormat"/>.</summary>
internal sealed class HarmonyReader : IAnswerReader
{
    /// <summary>What is longer is no header.</summary>
    private const int LongestHeader = 1024;

    private static readonly string[] _headerEnds =
        [HarmonyFormat.Message, HarmonyFormat.Start, HarmonyFormat.End, HarmonyFormat.Call, HarmonyFormat.Return];

    private static readonly string[] _ends = [HarmonyFormat.Start, HarmonyFormat.Channel, HarmonyFormat.End, HarmonyFormat.Call, HarmonyFormat.Return];

    private readonly ToolSet _tools;
    private readonly PieceWriter _writer = new();
    private readonly HashSet<AnswerPart> _written = [];
    private readonly StringBuilder _call = new();

    // What may be the beginning of a word, or belongs to a header that has not ended.
    private string _held = "";
    private State _state = State.Between;
    private AnswerPart _part;
    private string _function = "";
    private bool _isFirst;

    /// <param name="tools">The functions that may be called.</param>
    /// <param name="begun">The part of the answer's first message that the prompt ends with.</param>
    public HarmonyReader(ToolSet tools, string begun)
    {
        _tools = tools;
        Add(begun, []);
        _written.Clear();
    }

    private enum State
    {
        Between,
        Header,
        Body,
    }

    public void Add(string text, List<AnswerPiece> pieces)
    {
        _held += text;
        while (Advance())
        {
            // Until nothing more is certain.
        }

        _writer.MoveTo(pieces);
    }

    /// <summary>A special token in a header stands between its fields, whatever its name is.</summary>
    public void AddHidden()
    {
        if (_state == State.Header)
        {
            _held += _held.Contains(HarmonyFormat.Channel, StringComparison.Ordinal) ? HarmonyFormat.Message : HarmonyFormat.Channel;
        }
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        if (_state == State.Header)
        {
            WriteStray(HarmonyHeader.Parse(HarmonyHeader.WithoutBrokenField(_held)));
            _held = "";
        }
        else if (_state == State.Between && _held.Length > 0)
        {
            BeginBody(AnswerPart.Content, "");
        }

        if (_state == State.Body)
        {
            Write(_held);
            EndBody();
        }

        _writer.MoveTo(pieces);
    }

    private bool Advance() => _state switch
    {
        State.Between => TryBegin(),
        State.Header => TryEndHeader(),
        _ => ReadBody(),
    };

    /// <summary>A message begins with a header. Text without one is content: what a model says that does not keep to the format.</summary>
    private bool TryBegin()
    {
        var text = _held.TrimStart();
        if (HarmonyHeader.Begins(text) is not { } begins)
        {
            return false;
        }

        if (begins)
        {
            (_state, _held) = (State.Header, text);
        }
        else
        {
            BeginBody(AnswerPart.Content, "");
        }

        return true;
    }

    private bool TryEndHeader()
    {
        var (end, word) = Find(_headerEnds, HarmonyFormat.Start.Length); // Its own first word ends none.
        if (_held.StartsWith(HarmonyFormat.Message, StringComparison.Ordinal))
        {
            (end, word) = (0, HarmonyFormat.Message);
        }

        if (end < 0)
        {
            if (_held.Length > LongestHeader)
            {
                BeginBody(AnswerPart.Content, "");
            }

            return _state == State.Body;
        }

        var header = HarmonyHeader.Parse(_held[..end]);
        WriteStray(header);
        _held = _held[(word == HarmonyFormat.Start ? end : end + word.Length)..];
        if (word != HarmonyFormat.Message)
        {
            _state = State.Between;
            return true;
        }

        BeginBody(header.IsReasoning ? AnswerPart.Reasoning : AnswerPart.Content, _tools.Has(header.Function) ? header.Function : "");
        return true;
    }

    private bool ReadBody()
    {
        var (position, word) = Find(_ends, 0);
        if (position < 0)
        {
            var certain = _held.Length - _ends.Max(end => PartialWord.Length(_held, end));
            Write(_held[..certain]);
            _held = _held[certain..];
            return false;
        }

        Write(_held[..position]);
        EndBody();
        _held = _held[(word is HarmonyFormat.Start or HarmonyFormat.Channel ? position : position + word.Length)..];
        _state = State.Between;
        return true;
    }

    /// <summary>The first of some words.</summary>
    /// <returns>-1 where there is none.</returns>
    private (int Position, string Word) Find(string[] words, int from) =>
        words.Select(word => (Position: _held.IndexOf(word, Math.Min(from, _held.Length), StringComparison.Ordinal), Word: word))
            .Where(found => found.Position >= 0).DefaultIfEmpty((-1, "")).Min();

    /// <summary>Text in a header that does not belong there is content.</summary>
    private void WriteStray(HarmonyHeader header)
    {
        if (header.Stray.Length > 0)
        {
            BeginBody(AnswerPart.Content, "");
            Write(header.Stray);
            EndBody();
        }
    }

    private void BeginBody(AnswerPart part, string function)
    {
        (_state, _part, _function, _isFirst) = (State.Body, part, function, true);
        _call.Clear();
    }

    private void Write(string text)
    {
        if (_function.Length > 0)
        {
            _call.Append(text);
        }
        else if (text.Length > 0)
        {
            // Messages of the same part are told apart by a line break.
            _writer.Write(_part, _isFirst && !_written.Add(_part) ? "\n" : "");
            _writer.Write(_part, text);
            _isFirst = false;
        }
    }

    private void EndBody()
    {
        if (_function.Length == 0)
        {
            return;
        }

        var arguments = _call.ToString();
        arguments = string.IsNullOrWhiteSpace(arguments) ? FunctionCall.NoArguments : arguments;
        if (FunctionCall.IsObject(arguments))
        {
            _writer.Write(new FunctionCall(_function, arguments));
        }
        else
        {
            (_function, _part) = ("", AnswerPart.Content); // Cut short, or no JSON.
            Write(arguments);
        }
    }
}
