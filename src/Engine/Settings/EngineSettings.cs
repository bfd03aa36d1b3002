using LmDeploy.Limits;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Engine.Settings;

/// <summary>The engine's settings with defaults filled in and checked.</summary>
internal sealed record EngineSettings
{
    public int? SessionLen { get; private init; }

    public int MaxBatchSize { get; private init; }

    /// <summary>Null for what suits the device.</summary>
    public int? MaxPrefillTokenNum { get; private init; }

    public int MaxQueueLen { get; private init; }

    public bool EnablePrefixCaching { get; private init; }

    public int CacheBlockSeqLen { get; private init; }

    public double CacheMaxEntryCount { get; private init; }

    public int Threads { get; private init; }

    public MemoryLimits Limits { get; private init; } = MemoryLimits.None;

    /// <summary>Whether weights are random numbers instead of those of the checkpoint.</summary>
    public bool MakesWeights { get; private init; }

    /// <summary>Whether requests that leave it to the model have the sampling of its generation_config.json.</summary>
    public bool TakesModelSampling { get; private init; }

    /// <summary>Whether <see cref="SessionLen"/> may be more than the model was made for.</summary>
    public bool AllowsLongSession { get; private init; }

    /// <param name="config">What was asked for.</param>
    /// <param name="limits">What was promised; null for no limits.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/>, naming the setting, its value and its range.</exception>
    public static EngineSettings From(EngineConfig config, MemoryLimits? limits = null) => new()
    {
        SessionLen = config.HasSessionLen ? AtLeastOne("session_len", config.SessionLen) : null,
        MaxBatchSize = config.HasMaxBatchSize ? AtLeastOne("max_batch_size", config.MaxBatchSize) : EngineDefaults.MaxBatchSize,
        MaxPrefillTokenNum = config.HasMaxPrefillTokenNum ? AtLeastOne("max_prefill_token_num", config.MaxPrefillTokenNum) : null,
        MaxQueueLen = config.HasMaxQueueLen ? AtLeastOne("max_queue_len", config.MaxQueueLen) : EngineDefaults.MaxQueueLen,
        EnablePrefixCaching = !config.HasEnablePrefixCaching || config.EnablePrefixCaching,
        CacheBlockSeqLen = config.HasCacheBlockSeqLen ? AtLeastOne("cache_block_seq_len", config.CacheBlockSeqLen) : EngineDefaults.CacheBlockSeqLen,
        CacheMaxEntryCount = config.HasCacheMaxEntryCount ? Positive("cache_max_entry_count", config.CacheMaxEntryCount) : EngineDefaults.CacheMaxEntryCount,
        Limits = limits ?? MemoryLimits.None,
        MakesWeights = config.LoadFormat switch
        {
            LoadFormat.Unspecified or LoadFormat.Auto => false,
            LoadFormat.Dummy => true,
            var format => throw Unknown("load_format", format),
        },
        TakesModelSampling = config.GenerationConfig switch
        {
            ModelGenerationConfig.Unspecified or ModelGenerationConfig.Auto => true,
            ModelGenerationConfig.None => false,
            var source => throw Unknown("generation_config", source),
        },
        AllowsLongSession = config.AllowLongSessionLen,
        Threads = config.HasThreads ? ThreadCount(config.Threads) : Environment.ProcessorCount,
    };

    /// <summary>The error for an enum value that this version does not know.</summary>
    private static EngineException Unknown(string name, Enum value) =>
        new(ErrorCodes.InvalidConfig, EnumWords.Problem(name, value.GetType(), EnumWords.Of(value)), name);

    private static int AtLeastOne(string name, int value) =>
        value >= 1 ? value : throw new EngineException(ErrorCodes.InvalidConfig, $"{name} must be at least 1, got {value}.", name);

    /// <summary>Checks the number of threads: OpenMP starts as many as it is told, and far too many stall the host.</summary>
    private static int ThreadCount(int value) =>
        value is >= 1 and <= EngineDefaults.MostThreads
            ? value
            : throw new EngineException(ErrorCodes.InvalidConfig, $"threads must be 1 to {EngineDefaults.MostThreads}, got {value}.", "threads");

    private static double Positive(string name, double value) =>
        value > 0 && double.IsFinite(value) ? value : throw new EngineException(ErrorCodes.InvalidConfig, $"{name} must be above 0, got {value}.", name);
}
