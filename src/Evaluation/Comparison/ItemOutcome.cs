using LmDeploy.Collections;

namespace LmDeploy.Evaluation;

/// <summary>The answers and scores of one model for one question.</summary>
public sealed record ItemOutcome
{
    /// <summary>The question.</summary>
    public required DatasetItem Item { get; init; }

    /// <summary>
    /// The answers, one for each turn: text, reasoning, token ids, lengths, finish reason and error; logits and log-probabilities are not kept. Empty where no
    /// scorer needs any.
    /// </summary>
    public IReadOnlyList<Response> Answers { get; init => field = Values.Of(value); } = ValueList<Response>.Empty;

    /// <summary>From asking, together with the others of the batch, to the first token of the last turn; null where none came.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>From asking, together with the others of the batch, to the end of the last turn; null where it was not asked.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>The scores by scorer.</summary>
    public IReadOnlyDictionary<string, ItemScore> Scores { get; init => field = Values.Of(value); } = ValueDictionary<string, ItemScore>.Empty;
}
