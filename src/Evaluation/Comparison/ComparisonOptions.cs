using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>How models are compared. Immutable; a value out of range throws where it is set, also in a <c>with</c> expression.</summary>
public sealed record ComparisonOptions
{
    /// <summary>What answers are scored by, no name twice; none compares speed and memory only. Default: null, the dataset's own.</summary>
    public IReadOnlyList<Scorer>? Scorers { get; init => field = Values.OfOptional(value); }

    /// <summary>
    /// The model that says whose answers are better, for every two models; it is loaded once all of them have answered and are gone. Default: null, none.
    /// </summary>
    public PairwiseJudge? Judge { get; init; }

    /// <summary>
    /// How questions are answered; one answer each. Thoughts are no part of an answer: they are in <see cref="Response.Reasoning"/>, and stop words end the
    /// answer alone. Default:
    /// greedy decoding of at most 8192 tokens, which leaves room to think. <see cref="ModelOutcome.CutAnswers"/> counts the answers that it cuts.
    /// </summary>
    public GenerationConfig Generation
    {
        get;
        init => field = value.N == 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Generation), value.N, $"Generation.N must be 1 in a comparison, got {value.N}.");
    } = new() { MaxNewTokens = 8192 };

    /// <summary>How models are run that do not say so themselves. Default: <see cref="EngineConfig"/>'s defaults.</summary>
    public EngineConfig Engine { get; init; } = new();

    /// <summary>How many questions a model is asked at once, at least 1. Default: 256.</summary>
    public int BatchSize { get; init => field = Ensure.AtLeast(value, 1); } = 256;

    /// <summary>
    /// How many models may be loaded at once, 1 to 64. Default: 1, one after the other, each on an empty device, while the weights of the next one are read
    /// ahead
    /// (<see cref="Pipeline.Prefetch"/>). With more of them each gets its part of the memory for its key-value cache, and one that finds no room waits until
    /// another one has
    /// given back its memory.
    /// </summary>
    public int SideBySide { get; init => field = Ensure.InRange(value, 1, 64); } = 1;

    /// <summary>How many questions are asked one at a time as well, for <see cref="ModelSpeed.TimeToFirstToken"/>; 0 or more. Default: 9.</summary>
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

    /// <summary>The seed of both: the same answers and seed give the same intervals. Default: 0.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// The file that what is found out is written to as soon as it is known, so that a comparison which was killed goes on where it was when it is run again; a
    /// finished one is
    /// read from it. Default: null, none.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>How often memory is looked at, 10 ms to 1 hour. Default: 200 ms.</summary>
    public TimeSpan MemoryInterval
    {
        get;
        init => field = Ensure.InRange(value, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
    } = TimeSpan.FromMilliseconds(200);

    /// <summary>Who runs the models. Default: null, <see cref="Supervisor.Shared"/>.</summary>
    public Supervisor? Supervisor { get; init; }

    /// <summary>What times are measured by. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
