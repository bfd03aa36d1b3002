using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>How models are compared. Immutable; a value out of range throws where it is set, also in a <c>with</c> expression.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The scorers of answers, with unique names; an empty list compares speed and memory only. Default: null, the dataset's own.</summary>
    public IReadOnlyList<Scorer>? Scorers { get; init => field = Values.OfOptional(value); }

    /// <summary>
    /// The judge: a model that compares the answers of every two models. Loaded after all models have answered and were disposed. Default: null,
    /// none.
    /// </summary>
    public PairwiseJudge? Judge { get; init; }

    /// <summary>
    /// Generation settings of answers; one answer for each question. Reasoning is not part of an answer: it is in <see cref="Response.Reasoning"/>,
    /// and stop words do not match in it. Default: greedy decoding of at most 8192 tokens, which leaves room for reasoning.
    /// <see cref="ModelOutcome.CutAnswers"/> counts the answers that this limit cuts.
    /// </summary>
    public GenerationConfig Generation
    {
        get;
        init => field = Ensure.NotNull(value).N == 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Generation), value.N, $"Generation.N must be 1 in a comparison, got {value.N}.");
    } = new() { MaxNewTokens = 8192 };

    /// <summary>Engine settings of models without their own. Default: <see cref="EngineConfig"/>'s defaults.</summary>
    public EngineConfig Engine { get; init => field = Ensure.NotNull(value); } = new();

    /// <summary>The batch size: questions that a model is asked at once, at least 1. Default: 256.</summary>
    public int BatchSize { get; init => field = Ensure.AtLeast(value, 1); } = 256;

    /// <summary>
    /// Models that are loaded at once, 1 to 64. Default: 1: models run one after the other, each on an empty device, while the weights of the next
    /// one are prefetched (<see cref="Pipeline.Prefetch"/>). With more, each model gets its share of memory for its key-value cache, and a model
    /// without room waits until another one has released its memory.
    /// </summary>
    public int SideBySide { get; init => field = Ensure.InRange(value, 1, 64); } = 1;

    /// <summary>Questions that are also asked one at a time, for <see cref="ModelSpeed.TimeToFirstToken"/>; 0 or more. Default: 9.</summary>
    public int FirstTokenRequests { get; init => field = Ensure.AtLeast(value, 0); } = 9;

    /// <summary>The confidence of intervals, more than 0 and less than 1. Default: 0.95.</summary>
    public double Confidence
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Confidence), value, $"Confidence must be more than 0 and less than 1, got {value}.");
    } = 0.95;

    /// <summary>Samples of the bootstrap and of permutation tests, 100 to 1,000,000. Default: 10,000.</summary>
    public int Resamples { get; init => field = Ensure.InRange(value, 100, 1_000_000); } = 10_000;

    /// <summary>The seed of bootstrap and permutation tests: the same answers and seed give the same intervals. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// The state file. Results are written to it as soon as they are known, so that a comparison that was killed resumes when it is run again. A
    /// finished comparison is read from it. Default: null, none.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>The interval of memory samples, 10 ms to 1 hour. Default: 200 ms.</summary>
    public TimeSpan MemoryInterval
    {
        get;
        init => field = Ensure.InRange(value, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
    } = TimeSpan.FromMilliseconds(200);

    /// <summary>The supervisor that runs the models. Default: null, <see cref="Supervisor.Shared"/>.</summary>
    public Supervisor? Supervisor { get; init; }

    /// <summary>The clock of time measurements. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init => field = Ensure.NotNull(value); } = TimeProvider.System;
}
