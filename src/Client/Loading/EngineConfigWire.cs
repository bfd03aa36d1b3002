using Google.Protobuf.WellKnownTypes;
using LmDeploy.Hub;
using LmDeploy.Validation;
using LmDeploy.Words;

namespace LmDeploy.Loading;

/// <summary>Writes an engine configuration for the wire.</summary>
internal static class EngineConfigWire
{
    /// <exception cref="ArgumentException">A text has no UTF-8 form.</exception>
    public static V1.OpenPipeline ToOpen(this EngineConfig config, ModelSource source)
        => (config with { Name = config.Name ?? source.Name }).ToOpen(source.Folder);

    /// <inheritdoc cref="ToOpen(EngineConfig, ModelSource)"/>
    public static V1.OpenPipeline ToOpen(this EngineConfig config, string model)
    {
        if ((Utf16.Problem("The model's path", model) ?? Utf16.Problem("Name", config.Name)
            ?? Utf16.Problem("ChatTemplate", config.ChatTemplate)) is { } problem)
        {
            throw new ArgumentException(problem, nameof(config));
        }

        return new V1.OpenPipeline
        {
            Model = model,
            Name = config.Name ?? "",
            Engine = config.ToWire(),
            Supervision = config.Supervision.ToWire(),
            Admission = config.Admission.ToWire(),
        };
    }

    public static V1.EngineConfig ToWire(this EngineConfig config)
    {
        var wire = new V1.EngineConfig
        {
            Device = EnumWords.To<V1.EngineDevice>(config.Device),
            Dtype = EnumWords.To<V1.EngineDtype>(config.Dtype),
            LoadFormat = EnumWords.To<V1.LoadFormat>(config.LoadFormat),
            GenerationConfig = EnumWords.To<V1.ModelGenerationConfig>(config.ModelGenerationConfig),
            AllowLongSessionLen = config.AllowLongSessionLen,
            MaxQueueLen = config.MaxQueueLen,
            EnablePrefixCaching = config.EnablePrefixCaching,
            CacheBlockSeqLen = config.CacheBlockSeqLen,
            CacheMaxEntryCount = config.CacheMaxEntryCount,
            ChatTemplate = config.ChatTemplate ?? "",
        };
        if (config.SessionLen is { } sessionLen)
        {
            wire.SessionLen = sessionLen;
        }

        if (config.MaxPrefillTokenNum is { } maxPrefillTokenNum)
        {
            wire.MaxPrefillTokenNum = maxPrefillTokenNum;
        }

        if (config.MaxBatchSize is { } maxBatchSize)
        {
            wire.MaxBatchSize = maxBatchSize;
        }

        if (config.Threads is { } threads)
        {
            wire.Threads = threads;
        }

        return wire;
    }

    private static V1.SupervisionConfig ToWire(this SupervisionConfig config) => new()
    {
        LoadTimeout = Duration.FromTimeSpan(config.LoadTimeout),
        StopGrace = Duration.FromTimeSpan(config.StopGrace),
        MaxRestarts = config.MaxRestarts,
        RestartWindow = Duration.FromTimeSpan(config.RestartWindow),
        HangTimeout = Duration.FromTimeSpan(config.HangTimeout),
        PoisonTtl = Duration.FromTimeSpan(config.PoisonTtl),
    };

    private static V1.AdmissionConfig ToWire(this AdmissionConfig config)
    {
        var wire = new V1.AdmissionConfig { Timeout = Duration.FromTimeSpan(config.Timeout) };
        if (config.MemoryLimit is { } memoryLimit)
        {
            wire.MemoryLimitBytes = memoryLimit;
        }

        return wire;
    }
}
