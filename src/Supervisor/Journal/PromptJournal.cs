using LmDeploy.V1;

namespace LmDeploy.Supervisor.Journal;

/// <summary>What the caller has been told about one prompt: enough for another worker to go on. Not thread-safe.</summary>
/// <param name="prompt">As the caller sent it.</param>
/// <param name="config">With a seed when tokens are drawn.</param>
internal sealed class PromptJournal(Prompt prompt, GenerationConfig config)
{
    private readonly List<int> _generated = [.. prompt.ResumedTokenIds];
    private TokenIds? _promptIds;
    private bool _isFlushed;

    public bool IsFinished { get; private set; }

    /// <summary>Writes an event down, just before it is handed on.</summary>
    /// <returns>Whether to hand it on: false for what the caller knows already, and for the farewell of a worker that leaves.</returns>
    public bool Take(GenerationEvent happened)
    {
        switch (happened.EventCase)
        {
            case GenerationEvent.EventOneofCase.Started:
                var isNew = _promptIds is null;
                _promptIds ??= new TokenIds { Ids = { happened.Started.PromptTokenIds } };
                return isNew;
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

    /// <summary>What another worker is to be asked so that it goes on after the last event.</summary>
    public (Prompt Prompt, GenerationConfig Config) Continue()
    {
        if (_promptIds is null)
        {
            return (prompt, config);
        }

        // The log-probabilities of the prompt came with its first event.
        var rest = config.Clone();
        rest.ClearPromptLogprobs();
        return (new Prompt { TokenIds = _promptIds, ResumedTokenIds = { _generated } }, rest);
    }
}
