using LmDeploy.Collections;
using LmDeploy.V1;

namespace LmDeploy.Generation;

/// <summary>Turns the events of one answer into its pieces.</summary>
/// <param name="index">The position of the prompt in the caller's batch.</param>
/// <param name="choice">Which answer to that prompt it is.</param>
/// <param name="config">What was asked for.</param>
internal sealed class ResponseReader(int index, int choice, GenerationConfig config)
{
    private readonly List<ReadOnlyMemory<float>> _promptLogits = [];
    private GenerationStarted? _started;
    private int _inputTokenLen;
    private int _generateTokenLen;

    public bool IsFinished { get; private set; }

    /// <summary>The next piece, or null when the event alone makes none.</summary>
    public Response? Read(GenerationEvent e)
    {
        switch (e.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                _started = e.Started;
                _inputTokenLen = e.Started.PromptTokenIds.Count;
                return null;
            case GenerationEvent.EventOneofCase.PromptLogits:
                _promptLogits.AddRange(LogitRows.Read(e.PromptLogits.Logits, e.PromptLogits.Rows));
                return null;
            case GenerationEvent.EventOneofCase.Delta:
                _generateTokenLen += e.Delta.TokenIds.Count;
                return Next() with
                {
                    Text = config.Split is null ? e.Delta.Text : TextOf(e.Delta, AnswerPart.Content),
                    Reasoning = TextOf(e.Delta, AnswerPart.Reasoning),
                    Pieces = e.Delta.Pieces,
                    TokenIds = [.. e.Delta.TokenIds],
                    Logprobs = config.Logprobs is null ? null : [.. e.Delta.Logprobs.Select(ToDictionary)],
                    Logits = TakeLogits(e.Delta),
                };
            case GenerationEvent.EventOneofCase.Finished:
                IsFinished = true;
                return Finish(e.Finished);
            default:
                return null;
        }
    }

    private static string TextOf(GenerationDelta delta, AnswerPart part)
        => string.Concat(delta.Pieces.Where(piece => piece.Part == part).Select(piece => piece.Text));

    /// <summary>A piece with what is known so far; the first one carries the prompt.</summary>
    private Response Next()
    {
        var started = Interlocked.Exchange(ref _started, null);
        return new Response
        {
            Index = index,
            Choice = choice,
            InputTokenLen = _inputTokenLen,
            GenerateTokenLen = _generateTokenLen,
            PromptTokenIds = started is null ? [] : [.. started.PromptTokenIds],
            CachedTokens = started?.CachedTokens ?? 0,
            Warnings = started is null ? [] : [.. started.Warnings],
            Ppl = started is { HasPpl: true } ? started.Ppl : null,
            PromptLogprobs = started is null || !config.PromptLogprobs ? null : [.. started.PromptLogprobs],
        };
    }

    private Response Finish(GenerationFinished finished) => Next() with
    {
        InputTokenLen = finished.InputTokenLen,
        GenerateTokenLen = finished.GenerateTokenLen,
        ReasoningTokenLen = finished.ReasoningTokenLen,
        Logprobs = config.Logprobs is null ? null : [],
        Logits = TakeLogits(new GenerationDelta()),
        FinishReason = finished.Reason switch
        {
            V1.FinishReason.Stop => FinishReason.Stop,
            V1.FinishReason.Length => FinishReason.Length,
            V1.FinishReason.Abort => FinishReason.Abort,
            V1.FinishReason.Error => FinishReason.Error,
            _ => FinishReason.Unknown,
        },
        ErrorCode = finished.Error?.Code,
        ErrorMessage = finished.Error?.Message,
        ErrorSubject = finished.Error is { Subject.Length: > 0 } error ? error.Subject : null,
        Failure = WorkerFailure.FromWire(finished.Error?.Failure),
        StopWord = finished.StopWord.Length > 0 ? finished.StopWord : null,
    };

    /// <summary>The rows that are new, those of the prompt with the first piece.</summary>
    private ReadOnlyMemory<float>[]? TakeLogits(GenerationDelta delta)
    {
        if (config.OutputLogits == LmDeploy.OutputLogits.None)
        {
            return null;
        }

        ReadOnlyMemory<float>[] rows = [.. _promptLogits, .. LogitRows.Read(delta.Logits, delta.TokenIds.Count)];
        _promptLogits.Clear();
        return rows;
    }

    private static ValueDictionary<int, float> ToDictionary(TokenLogprobs wire)
    {
        var logprobs = new Dictionary<int, float>(wire.Ids.Count);
        for (var i = 0; i < wire.Ids.Count && i < wire.Logprobs.Count; i++)
        {
            logprobs[wire.Ids[i]] = wire.Logprobs[i];
        }

        return new ValueDictionary<int, float>(logprobs);
    }
}
