namespace LmDeploy.Engine.Scheduling;

/// <summary>Limits of the scheduler.</summary>
internal sealed record SchedulerLimits
{
    /// <summary>The batch size: sequences that run at once.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>Prompt tokens in one step.</summary>
    public required int MaxPrefillTokenNum { get; init; }

    /// <summary>The prefill chunk: prompt tokens of one sequence in one step. A request that arrives during a long prefill waits for one chunk.</summary>
    public int MaxSequencePrefill { get; init; } = int.MaxValue;

    /// <summary>Sequences that prefill in one step.</summary>
    public int MaxPrefills { get; init; } = int.MaxValue;

    /// <summary>
    /// The burst factor multiplies the prefill budget, <see cref="MaxPrefillTokenNum"/> and <see cref="MaxSequencePrefill"/>, while every active
    /// sequence is resumed after a crash. No answer continues before the last one is prefilled. 1 for no burst.
    /// </summary>
    public int BurstFactor { get; init; } = 1;

    /// <summary>Requests that wait.</summary>
    public int MaxQueueLen { get; init; } = int.MaxValue;

    /// <summary>How many of the latest positions any layer sees; null when one sees all.</summary>
    public int? LongestWindow { get; init; }
}
