using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Engine.Errors;
using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided;
using LmDeploy.V1;

namespace LmDeploy.Engine.Generation;

/// <summary>One prompt of a Generate call. Detokenizes tokens incrementally and writes events to the call's channel.</summary>
internal sealed class GenerationRequest(int index, ChannelWriter<GenerationEvent> events, IAnswerOutput output, bool showStopToken) : EngineRequest
{
    private int _generated;
    private Error? _failure;
    private ByteString _logits = ByteString.Empty;

    /// <summary>Bad words, which the answer must not contain; null for none.</summary>
    public BadWordFilter? BadWords { get; init; }

    /// <summary>Ends an answer that repeats itself.</summary>
    public NgramRepetition Repetition { get; init; } = new(0, 0);

    /// <summary>Reads the log-probabilities of the prompt's tokens except the first; null when none are reported.</summary>
    public LikelihoodReadout? PromptLikelihood { get; init; }

    /// <summary>Whether each prompt log-probability is reported.</summary>
    public bool ReportsPromptLogprobs { get; init; }

    /// <summary>Reads the most probable tokens at each prompt position; null when they are not reported.</summary>
    public PromptCandidatesReadout? PromptCandidates { get; init; }

    /// <summary>Gives the bytes of tokens whose log-probabilities are reported; null when they are not wanted.</summary>
    public Func<int, byte[]>? BytesOf { get; init; }

    /// <summary>The prompt's text in the first event; empty for none.</summary>
    public string PromptText { get; init; } = "";

    /// <summary>Whether the mean of the prompt's log-probabilities is reported.</summary>
    public bool ReportsPpl { get; init; }

    /// <summary>The guide (grammar mask) of a response format; null for free text.</summary>
    public GuidedAnswer? Guided { get; init; }

    /// <summary>Warnings: the parts of the response format that are not enforced.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether the logits that tokens are chosen from are reported.</summary>
    public bool ReportsLogits { get; init; }

    public override bool WantsLogits => ReportsLogits;

    public override bool IsRestricted => Guided is not null || BadWords is not null;

    public override TokenMask? Allowed => Guided?.AllowedWith(StopTokenIds);

    public override bool IsOver => _failure is not null || Guided is { IsOver: true };

    public override Error? Failure => _failure;

    public override Func<IEnumerable<int>, int, bool>? Rejects => BadWords is null ? null : BadWords.IsCompletedBy;

    /// <summary>Replays the resumed tokens without reporting them again. Call it once, before the request is submitted.</summary>
    /// <returns>Why there is nothing left to generate; null when there is.</returns>
    /// <exception cref="EngineException">The tokens are none that the response format allows.</exception>
    public FinishReason? Replay()
    {
        foreach (var id in ResumedIds)
        {
            var isStopToken = StopTokenIds.Contains(id);
            if (!Fits(id, isStopToken))
            {
                throw new EngineException(ErrorCodes.InvalidRequest, $"The resumed token {id} does not fit {GuideErrors.Subject}.", "resumed_token_ids");
            }

            Take(id, isStopToken, new GenerationDelta());
            if (Repetition.Append(id) | isStopToken || output.IsOver)
            {
                return FinishReason.Stop;
            }
        }

        if (Guided is { CanGoOn: false })
        {
            return FinishReason.Stop;
        }

        return _generated >= MaxNewTokens ? FinishReason.Length : null;
    }

    public override void OnPrefilled()
    {
        var started = new GenerationStarted { CachedTokens = CachedTokens, PromptText = PromptText, QueueTime = Duration.FromTimeSpan(QueueTime) };
        started.PromptTokenIds.AddRange(PromptIds);
        started.Warnings.AddRange(Warnings);
        var logprobs = PromptLikelihood?.Logprobs ?? [];
        if (ReportsPromptLogprobs)
        {
            started.PromptLogprobs.AddRange(logprobs.Select(logprob => (float)logprob));
            AddBytes(started.PromptBytes, PromptIds);
        }

        foreach (var place in PromptCandidates?.Candidates ?? [])
        {
            AddBytes(place.Bytes, place.Ids);
            started.PromptCandidates.Add(place);
        }

        if (ReportsPpl)
        {
            started.Ppl = logprobs.Count > 0 ? -logprobs.Average() : double.NaN;
        }

        events.TryWrite(new GenerationEvent { Index = index, Started = started });
    }

    public override void OnLogits(ReadOnlySpan<byte> logits) => _logits = ByteString.CopyFrom(logits);

    public override bool OnToken(SampledToken token, bool isStopToken)
    {
        if (!Fits(token.Id, isStopToken))
        {
            _failure = EngineError.ToError(DeadEnd());
            return true;
        }

        var delta = new GenerationDelta { TokenIds = { token.Id }, Logits = _logits };
        Take(token.Id, isStopToken, delta);
        if (token.Logprobs is not null)
        {
            AddBytes(token.Logprobs.Bytes, token.Logprobs.Ids);
            delta.Logprobs.Add(token.Logprobs);
        }

        events.TryWrite(new GenerationEvent { Index = index, Delta = delta });
        return Repetition.Append(token.Id) | (!isStopToken && Guided is { CanGoOn: false }) | output.IsOver;
    }

    public override bool PrepareAllowed(ref long work)
    {
        if (Guided is null || _failure is not null)
        {
            return true;
        }

        try
        {
            if (!Guided.Prepare(ref work))
            {
                return false;
            }

            _failure = Guided is { IsOver: true, IsComplete: false } ? EngineError.ToError(DeadEnd()) : null;
        }
        catch (EngineException e)
        {
            _failure = EngineError.ToError(e);
        }

        return true;
    }

    public override void OnFinished(FinishReason reason, Error? error)
    {
        if (!output.IsOver && _generated > 0)
        {
            var rest = new GenerationDelta();
            output.Finish(LooksForStopWords, rest);
            if (rest.Text.Length > 0 || rest.Pieces.Count > 0)
            {
                events.TryWrite(new GenerationEvent { Index = index, Delta = rest });
            }
        }

        events.TryWrite(new GenerationEvent
        {
            Index = index,
            Finished = new GenerationFinished
            {
                Reason = reason,
                InputTokenLen = PromptIds.Length,
                GenerateTokenLen = _generated,
                StopWord = output.StopWord ?? "",
                ReasoningTokenLen = output.ReasoningTokens,
                Error = error,
            },
        });
    }

    private bool LooksForStopWords => _generated > Sampling.MinNewTokens;

    private static EngineException DeadEnd() =>
        GuideErrors.Refuse("none of the tokens that may be chosen continues the answer so that it fits");

    private void AddBytes(RepeatedField<ByteString> bytes, IEnumerable<int> ids)
    {
        if (BytesOf is not null)
        {
            bytes.AddRange(ids.Select(id => UnsafeByteOperations.UnsafeWrap(BytesOf(id))));
        }
    }

    /// <summary>Tells the guide of a token.</summary>
    /// <returns>Whether the answer may go on, or end, with it.</returns>
    private bool Fits(int id, bool isStopToken) => Guided is null || (isStopToken ? Guided.IsComplete : Guided.TryAppend(id));

    /// <summary>Counts a token.</summary>
    /// <param name="delta">Gets what is certain with it.</param>
    private void Take(int id, bool isStopToken, GenerationDelta delta)
    {
        _generated++;
        output.Append(id, !isStopToken || showStopToken, LooksForStopWords, delta);
    }
}
