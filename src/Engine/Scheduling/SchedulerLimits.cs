namespace LmDeploy.Engine.Scheduling;

/// <summary>What the scheduler has to keep to.</summary>
internal sealed record SchedulerLimits
{
    /// <summary>Sequences that run at once.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>Prompt tokens in one step.</summary>
    public required int MaxPrefillTokenNum { get; init; }

    /// <summary>Prompt tokens of one sequence in one step: a request that comes beside a long prompt waits for so many of them.</summary>
    public int MaxSequencePrefill { get; init; } = int.MaxValue;

    /// <summary>Sequences that have several tokens in one step.</summary>
    public int MaxPrefills { get; init; } = int.MaxValue;

    /// <summary>
    /// Multiplies the prefill budget, <see cref="MaxPrefillTokenNum"/> and <see cref="MaxSequencePrefill"/>, while every active sequence is being resumed after
    /// a
    /// worker died: no answer goes on before the last of them is prefilled. 1 for no burst.
    /// </summary>
    public int BurstFactor { get; init; } = 1;

    /// <summary>Requests that wait.</summary>
    public int MaxQueueLen { get; init; } = int.MaxValue;

    /// <summary>How many of the latest positions any layer sees; null when one sees all.</summary>
    public int? LongestWindow { get; init; }
}
