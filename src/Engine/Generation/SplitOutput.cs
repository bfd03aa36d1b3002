using LmDeploy.Text;
using LmDeploy.Text.Answers;
using LmDeploy.V1;
using AnswerPart = LmDeploy.Text.Answers.AnswerPart;
using AnswerPiece = LmDeploy.Text.Answers.AnswerPiece;

namespace LmDeploy.Engine.Generation;

/// <summary>An answer that is split into reasoning, content and tool calls. Stop words match in the content only.</summary>
/// <param name="isHidden">Says of a token whether it is a special one that is not shown.</param>
/// <param name="isSingleCall">Whether the first call ends the answer.</param>
internal sealed class SplitOutput(
    IncrementalDecoder decoder, StopWordMatcher stopWords, IAnswerReader reader, Func<int, bool> isHidden, bool isSingleCall) : IAnswerOutput
{
    private readonly List<AnswerPiece> _found = [];
    private bool _hasReasoned;
    private bool _hasAnswered;
    private bool _hasCalled;
    private int _tokens;
    private int _reasoningTokens;

    public string? StopWord => stopWords.Matched;

    public bool IsOver => stopWords.Matched is not null || (isSingleCall && _hasCalled);

    public int ReasoningTokens => _hasReasoned ? _reasoningTokens : 0;

    public void Append(int id, bool isShown, bool looksForStopWords, GenerationDelta delta)
    {
        _tokens++;
        if (isShown)
        {
            reader.Add(decoder.Append(id), _found);
            if (isHidden(id))
            {
                reader.AddHidden();
            }
        }

        Move(looksForStopWords, delta);
        _reasoningTokens += _hasAnswered ? 0 : 1;
    }

    public void Finish(bool looksForStopWords, GenerationDelta delta)
    {
        reader.Add(decoder.Flush(), _found);
        reader.Finish(_found);
        Move(looksForStopWords, delta);
        if (!IsOver)
        {
            AddContent(stopWords.Flush(), delta);
        }
    }

    private static void AddContent(string text, GenerationDelta delta)
    {
        if (text.Length > 0)
        {
            delta.Pieces.Add(ToMessage(new AnswerPiece(AnswerPart.Content, text)));
        }
    }

    private static V1.AnswerPiece ToMessage(AnswerPiece piece) => new()
    {
        Part = piece.Part switch
        {
            AnswerPart.Content => V1.AnswerPart.Content,
            AnswerPart.Reasoning => V1.AnswerPart.Reasoning,
            AnswerPart.CallName => V1.AnswerPart.CallName,
            AnswerPart.CallArguments => V1.AnswerPart.CallArguments,
            _ => V1.AnswerPart.ContentWasReasoning,
        },
        Text = piece.Text,
        Call = piece.Call,
    };

    private void Note(AnswerPart part)
    {
        _hasReasoned |= part is AnswerPart.Reasoning or AnswerPart.ContentWasReasoning;
        _hasCalled |= part == AnswerPart.CallArguments;
        _hasAnswered = part switch
        {
            AnswerPart.Content or AnswerPart.CallName => true,
            AnswerPart.ContentWasReasoning => false,
            _ => _hasAnswered,
        };
        _reasoningTokens = part == AnswerPart.ContentWasReasoning ? _tokens - 1 : _reasoningTokens;
    }

    /// <summary>Hands on what was found, up to the end of the answer.</summary>
    private void Move(bool looksForStopWords, GenerationDelta delta)
    {
        foreach (var piece in _found)
        {
            Note(piece.Part);
            if (piece.Part == AnswerPart.Content)
            {
                AddContent(looksForStopWords ? stopWords.Append(piece.Text) : piece.Text, delta);
            }
            else
            {
                AddContent(stopWords.Flush(), delta);
                delta.Pieces.Add(ToMessage(piece));
            }

            if (IsOver)
            {
                break;
            }
        }

        _found.Clear();
    }
}
