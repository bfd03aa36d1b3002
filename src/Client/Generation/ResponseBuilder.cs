using System.Text;
using LmDeploy.V1;

namespace LmDeploy;

/// <summary>Joins the pieces of one answer of a stream. Not thread-safe.</summary>
public sealed class ResponseBuilder
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<AnswerPiece> _pieces = [];
    private readonly List<int> _tokenIds = [];
    private List<IReadOnlyDictionary<int, float>>? _logprobs;
    private List<ReadOnlyMemory<float>>? _logits;
    private Response _first = new();
    private Response _last = new();
    private bool _any;

    /// <summary>Whether the last piece has been seen.</summary>
    public bool IsFinished => _last.FinishReason is not null;

    /// <summary>Adds the next piece.</summary>
    public void Append(Response piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        _first = _any ? _first : piece;
        _any = true;
        _last = piece;
        if (piece.Pieces.Any(part => part.Part == AnswerPart.ContentWasReasoning))
        {
            TakeContentBack(piece.Pieces);
        }
        else
        {
            _text.Append(piece.Text);
            _reasoning.Append(piece.Reasoning);
        }

        _pieces.AddRange(piece.Pieces);
        _tokenIds.AddRange(piece.TokenIds);
        if (piece.Logprobs is not null)
        {
            (_logprobs ??= []).AddRange(piece.Logprobs);
        }

        if (piece.Logits is not null)
        {
            (_logits ??= []).AddRange(piece.Logits);
        }
    }

    /// <summary>What there is so far: texts and lists one after the other, the rest as the latest piece has it.</summary>
    public Response Build() => _last with
    {
        Text = _text.ToString(),
        Reasoning = _reasoning.ToString(),
        Pieces = _pieces,
        TokenIds = _tokenIds,
        Logprobs = _logprobs,
        Logits = _logits,
        PromptTokenIds = _first.PromptTokenIds,
        PromptLogprobs = _first.PromptLogprobs,
        Ppl = _first.Ppl,
        CachedTokens = _first.CachedTokens,
        Warnings = _first.Warnings,
    };

    private void TakeContentBack(IReadOnlyList<AnswerPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            switch (piece.Part)
            {
                case AnswerPart.Content:
                    _text.Append(piece.Text);
                    break;
                case AnswerPart.Reasoning:
                    _reasoning.Append(piece.Text);
                    break;
                case AnswerPart.ContentWasReasoning:
                    _reasoning.Append(_reasoning.Length > 0 ? "\n" : "").Append(_text.ToString().Trim());
                    _text.Clear();
                    break;
            }
        }
    }
}
