using System.Text;

namespace LmDeploy.Generation;

/// <summary>Joins the pieces of one answer.</summary>
internal sealed class ResponseBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _tokenIds = [];
    private List<IReadOnlyDictionary<int, float>>? _logprobs;
    private List<ReadOnlyMemory<float>>? _logits;
    private Response _first = new();
    private Response _last = new();
    private bool _any;

    /// <summary>Whether the last piece has been seen.</summary>
    public bool IsFinished => _last.FinishReason is not null;

    public void Append(Response piece)
    {
        _first = _any ? _first : piece;
        _any = true;
        _last = piece;
        _text.Append(piece.Text);
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

    public Response Build() => _last with
    {
        Text = _text.ToString(),
        TokenIds = _tokenIds,
        Logprobs = _logprobs,
        Logits = _logits,
        PromptTokenIds = _first.PromptTokenIds,
        PromptLogprobs = _first.PromptLogprobs,
        Ppl = _first.Ppl,
        CachedTokens = _first.CachedTokens,
        Warnings = _first.Warnings,
    };
}
