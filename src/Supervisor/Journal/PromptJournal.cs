using Google.Protobuf;
using LmDeploy.Supervisor.Failures;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>
/// The journal of one prompt: everything that was sent to the caller, enough for another worker to resume. Not thread-safe, except
/// <see cref="Describe"/> and <see cref="IsWaiting"/>.
/// </summary>
/// <param name="prompt">As the caller sent it.</param>
/// <param name="config">With a seed when tokens are drawn.</param>
/// <param name="fingerprint">Of both, before a seed was drawn.</param>
internal sealed class PromptJournal(Prompt prompt, GenerationConfig config, Lazy<string> fingerprint)
{
    private readonly List<int> _generated = [];
    private TokenIds? _promptIds;
    private bool _isFlushed;
    private int _logitRows;

    public bool IsFinished { get; private set; }

    /// <summary>Whether no worker has begun with it.</summary>
    public bool IsWaiting => _promptIds is null && !IsFinished;

    /// <summary>The fingerprint that recognizes the prompt when it comes again.</summary>
    public string Fingerprint => fingerprint.Value;

    /// <summary>Tokens so far.</summary>
    public int Generated => _generated.Count;

    /// <summary>Names it in flight records.</summary>
    public ulong Id { get; set; }

    /// <summary>Journals an event just before it is forwarded.</summary>
    /// <returns>Whether to forward it: false for events that the caller has already, and for the cancellation by a leaving worker.</returns>
    public bool Take(GenerationEvent happened)
    {
        switch (happened.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                var isNew = _promptIds is null;
                _promptIds ??= new TokenIds { Ids = { happened.Started.PromptTokenIds } };
                return isNew;
            case GenerationEvent.EventOneofCase.PromptLogits:
                return TakeNew(happened.PromptLogits);
            case GenerationEvent.EventOneofCase.Delta when happened.Delta.TokenIds.Count == 0:
                var isRepeated = _isFlushed;
                _isFlushed = true;
                return !isRepeated;
            case GenerationEvent.EventOneofCase.Delta:
                _generated.AddRange(happened.Delta.TokenIds);
                return true;
            case GenerationEvent.EventOneofCase.Finished:
                IsFinished = happened.Finished.Error?.Code is not (ErrorCodes.EngineUnavailable or ErrorCodes.RequestCancelled);
                return IsFinished;
            default:
                return true;
        }
    }

    /// <summary>Ends the prompt with an error.</summary>
    /// <returns>What to tell the caller.</returns>
    public GenerationFinished Fail(Error error)
    {
        IsFinished = true;
        return new GenerationFinished { Reason = FinishReason.Error, InputTokenLen = _promptIds?.Ids.Count ?? 0, GenerateTokenLen = Generated, Error = error };
    }

    /// <summary>Whether this prompt may have caused a worker's death: it was in the current step, or had not begun and no step ran.</summary>
    public bool IsAccusedOf(WorkerFailure failure) => Blame.SuspectsRequests(failure)
        && (failure.Running.Count > 0 ? failure.Running.Any(running => running.Id == Id) : _promptIds is null);

    public RunningRequest Describe() => new() { Id = Id, Fingerprint = Fingerprint, InputTokenLen = _promptIds?.Ids.Count ?? 0, GenerateTokenLen = Generated };

    /// <summary>The request that resumes this prompt on another worker after the last event.</summary>
    public (WorkerPrompt Prompt, GenerationConfig Config) Continue()
    {
        if (_promptIds is null)
        {
            return (new WorkerPrompt { Prompt = prompt, RequestId = Id }, config);
        }

        // The log-probabilities of the prompt came with its first event, and its logits before it. What the prompt was matters to the answer's first token
        // alone.
        var rest = config.Clone();
        rest.ClearPromptLogprobs();
        rest.ClearReturnPpl();
        rest.PromptCandidates = 0;
        rest.OutputLogits = rest.OutputLogits == OutputLogits.All ? OutputLogits.Generation : rest.OutputLogits;
        var encoded = _generated.Count == 0 ? prompt : new Prompt { TokenIds = _promptIds, Tools = prompt.Tools };
        return (new WorkerPrompt { Prompt = encoded, ResumedTokenIds = { _generated }, RequestId = Id }, rest);
    }

    /// <summary>Removes the rows that the caller has already.</summary>
    /// <returns>Whether any are left.</returns>
    private bool TakeNew(PromptLogits logits)
    {
        var known = Math.Clamp(_logitRows - logits.First, 0, logits.Rows);
        if (known == logits.Rows)
        {
            return false;
        }

        logits.Logits = known == 0 ? logits.Logits : ByteString.CopyFrom(logits.Logits.Span[(logits.Logits.Length / logits.Rows * known)..]);
        logits.First += known;
        logits.Rows -= known;
        _logitRows = logits.First + logits.Rows;
        return true;
    }
}
