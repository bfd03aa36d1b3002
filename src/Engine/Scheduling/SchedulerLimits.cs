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

    /// <summary>How many times as many prompt tokens a step takes, of each sequence and in all, while all that prefill had begun to answer before and all that decode came from a worker that died: the sooner the last of them goes on, the better.</summary>
    public int BurstFactor { get; init; } = 1;

    /// <summary>Requests that wait.</summary>
    public int MaxQueueLen { get; init; } = int.MaxValue;

    /// <summary>How many of the latest positions any layer sees; null when one sees all.</summary>
    public int? LongestWindow { get; init; }
}
