using System.Text;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>
/// Splits answers of a <see cref="TaggedFormat"/>. A thought begins where the answer, or what follows a thought or a call, begins; elsewhere its first word is
/// text. A closing
/// word without an open thought makes a thought of all content before it. A call ends the thought that it is in. What turns out to be no call stays text, white
/// space included;
/// white space around thoughts and before calls is dropped. A word in backticks is text.
/// </summary>
internal sealed class TaggedReader : IAnswerReader
{
    private readonly TagWords _words;
    private readonly List<CallSyntax> _bareCalls;
    private readonly bool _readsCalls;
    private readonly ToolSet _tools;
    private readonly PieceWriter _writer = new();
    private readonly StringBuilder _space = new();

    private string _input = "";
    private int _at;
    private string _word = "";
    private CallAttempt? _call;
    private bool _isThinking;
    private bool _hasThought;
    private bool _hasContent;

    // Nothing but white space has come since the answer, a thought, or what follows one of them or a call, began.
    private bool _isBeginning = true;
    private bool _dropsSpace;
    private int _mentioned;

    /// <param name="thoughts">The words around thoughts.</param>
    /// <param name="calls">How calls are written; none when there are no functions.</param>
    /// <param name="tools">The functions.</param>
    /// <param name="isThinking">Whether the prompt has opened a thought.</param>
    public TaggedReader(IReadOnlyList<ThoughtTags> thoughts, IReadOnlyList<CallSyntax> calls, ToolSet tools, bool isThinking)
    {
        _words = new TagWords(thoughts, calls);
        _bareCalls = [.. calls.Where(syntax => syntax.Begin.Length == 0)];
        _readsCalls = calls.Count > 0;
        _tools = tools;
        (_isThinking, _dropsSpace) = (isThinking, isThinking);
    }

    public void Add(string text, List<AnswerPiece> pieces)
    {
        Read(text);
        _writer.MoveTo(pieces);
    }

    public void Finish(List<AnswerPiece> pieces)
    {
        while (_call is not null)
        {
            Conclude(_call.Finish());
            Read("");
        }

        Put(_word);
        if (!_isThinking && !(_isBeginning && _writer.Calls > 0))
        {
            _writer.Write(AnswerPart.Content, _space.ToString());
        }

        _writer.MoveTo(pieces);
    }

    private void Read(string text)
    {
        // What a failed call leaves is read again.
        _input = _at < _input.Length ? string.Concat(_input.AsSpan(_at), text) : text;
        _at = 0;
        while (_at < _input.Length)
        {
            if (_call is not null)
            {
                Conclude(_call.Take(_input[_at++]));
            }
            else if (_word.Length > 0)
            {
                _word += _input[_at++];
                Match();
            }
            else
            {
                ReadText();
            }
        }
    }

    private void ReadText()
    {
        var rest = _input.AsSpan(_at);
        var length = rest.IndexOfAny(_words.Beginnings);
        if (_isBeginning && !_isThinking && !_hasContent && _writer.Calls == 0 && rest.TrimStart() is [var first, ..] bare && MayBeCall(first))
        {
            Put(rest[..^bare.Length]);
            _at = _input.Length - bare.Length;
            _call = new CallAttempt("", [.. _bareCalls.Select(syntax => syntax.Read(_tools))]);
        }
        else if (length == 0)
        {
            _word = _input[_at++].ToString();
            Match();
        }
        else
        {
            var text = length < 0 ? rest : rest[..length];
            _at += text.Length;
            Put(text);
        }
    }

    /// <summary>Whether an answer that begins like this may be nothing but a call.</summary>
    private bool MayBeCall(char first) =>
        _bareCalls.Exists(syntax => syntax.Opening is { } opening ? opening == first : _tools.HasLike(first.ToString()));

    /// <summary>Acts on the word that has come, waits while one may be coming, and lets go of the first character where none is.</summary>
    private void Match()
    {
        while (_word.Length > 0 && !_words.Begins(_word))
        {
            Put(_word.AsSpan(0, 1));
            _word = _word[1..];
        }

        if (!_words.TryFind(_word, out var meaning))
        {
            return;
        }

        var word = _word;
        _word = "";
        switch (meaning)
        {
            case TagMeaning.ThoughtBegin:
                BeginThought(word);
                break;
            case TagMeaning.ThoughtEnd:
                EndThought(word);
                break;
            case TagMeaning.CallBegin:
                _call = new CallAttempt(word, [.. _words.CallsOf(word).Select(syntax => syntax.Read(_tools))]);
                break;
            case TagMeaning.CallTrailer when _isBeginning && !_isThinking && _writer.Calls > 0:
                _space.Clear();
                break;
            default:
                Put(word);
                break;
        }
    }

    private void BeginThought(string word)
    {
        if (_isBeginning)
        {
            (_isThinking, _dropsSpace) = (true, true);
            _space.Clear();
        }
        else
        {
            _mentioned += _isThinking ? 0 : 1;
            Put(word);
        }
    }

    private void EndThought(string word)
    {
        if (!_isThinking && _mentioned > 0)
        {
            _mentioned--;
            Put(word);
            return;
        }

        if (!_isThinking && !_isBeginning)
        {
            _writer.TakeContentBack();
            (_hasThought, _hasContent) = (true, false);
        }

        (_isThinking, _isBeginning, _dropsSpace) = (false, true, !_hasContent || _isThinking);
        _space.Clear();
    }

    private void Conclude(CallProgress progress)
    {
        switch (progress)
        {
            case CallProgress.Ended or CallProgress.EndedBefore:
                _at -= progress == CallProgress.EndedBefore ? 1 : 0;
                foreach (var call in _call!.Calls)
                {
                    _writer.Write(call);
                }

                _call = null;
                (_isThinking, _isBeginning, _dropsSpace) = (false, true, !_hasContent);
                _space.Clear();
                break;
            case CallProgress.Failed:
                // Its first word is text; what follows may have words of its own.
                var (first, rest) = _call!.Undo();
                _call = null;
                _input = string.Concat(rest, _input.AsSpan(_at));
                _at = 0;
                Put(first);
                break;
        }
    }

    /// <summary>Takes text of the part that goes on. White space is held until something follows it, where it may have to go.</summary>
    private void Put(ReadOnlySpan<char> text)
    {
        var end = text.TrimEnd().Length;
        var part = _isThinking ? AnswerPart.Reasoning : AnswerPart.Content;
        if (end > 0)
        {
            if (_isThinking && _isBeginning && _hasThought)
            {
                _writer.Write(part, "\n");
            }

            _writer.Write(part, _space.ToString());
            _space.Clear();
            _writer.Write(part, _dropsSpace ? text[..end].TrimStart() : text[..end]);
            (_isBeginning, _dropsSpace) = (false, false);
            _hasThought |= _isThinking;
            _hasContent |= !_isThinking;
        }

        if (!_dropsSpace)
        {
            _space.Append(text[end..]);
        }

        if (!_isThinking && !_isBeginning && !_readsCalls)
        {
            _writer.Write(part, _space.ToString());
            _space.Clear();
        }
    }
}
