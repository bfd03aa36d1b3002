namespace LmDeploy.Limits;

/// <summary>
/// Defaults and ranges of what a pipeline is loaded with. The contract, the documentation and the texts of flags state the same numbers; a test compares them.
/// </summary>
internal static class EngineDefaults
{
    /// <summary>Sequences that run at once.</summary>
    public const int MaxBatchSize = 128;

    /// <summary>Prompt tokens of one step on a GPU, which wants large steps.</summary>
    public const int CudaPrefillTokens = 8192;

    /// <summary>Prompt tokens of one step on a CPU, where a large step keeps other sequences waiting.</summary>
    public const int CpuPrefillTokens = 256;

    /// <summary>How many of <see cref="CpuPrefillTokens"/> one prompt may have.</summary>
    public const int CpuPromptPrefillTokens = 40;

    /// <summary>Requests that wait in a worker.</summary>
    public const int MaxQueueLen = 65_536;

    /// <summary>Tokens in one block of the key-value cache.</summary>
    public const int CacheBlockSeqLen = 64;

    /// <summary>The key-value cache's share of free memory.</summary>
    public const double CacheMaxEntryCount = 0.8;

    public const int MostThreads = 1024;

    public const int MaxRestarts = 5;

    public const int MostRestarts = 1000;

    public const long LeastMemoryLimit = 64L << 20;

    /// <summary>The longest of all times here.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>The shortest load timeout and restart window.</summary>
    public static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);

    public static readonly TimeSpan LoadTimeout = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan RestartWindow = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan HangTimeout = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan ShortestHangTimeout = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan AdmissionTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan PoisonTtl = TimeSpan.FromMinutes(10);
}
