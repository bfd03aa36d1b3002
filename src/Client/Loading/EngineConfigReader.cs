using System.Text.Json;
using LmDeploy.Limits;
using LmDeploy.Words;

namespace LmDeploy.Loading;

/// <summary>Reads an engine configuration as <see cref="EngineConfig.ToJson"/> writes it and users do.</summary>
internal static class EngineConfigReader
{
    private static readonly (string Name, TimeSpan Least, Func<EngineConfig, TimeSpan, EngineConfig> Apply)[] _times =
    [
        ("load_timeout_ms", EngineDefaults.ShortestTime, (c, t) => c with { Supervision = c.Supervision with { LoadTimeout = t } }),
        ("stop_grace_ms", TimeSpan.Zero, (c, t) => c with { Supervision = c.Supervision with { StopGrace = t } }),
        ("restart_window_ms", EngineDefaults.ShortestTime, (c, t) => c with { Supervision = c.Supervision with { RestartWindow = t } }),
        ("hang_timeout_ms", EngineDefaults.ShortestHangTimeout, (c, t) => c with { Supervision = c.Supervision with { HangTimeout = t } }),
        ("poison_ttl_ms", TimeSpan.Zero, (c, t) => c with { Supervision = c.Supervision with { PoisonTtl = t } }),
        ("admission_timeout_ms", TimeSpan.Zero, (c, t) => c with { Admission = c.Admission with { Timeout = t } }),
    ];

    /// <exception cref="FormatException">A setting is unknown, of another kind or out of its range; the message names it.</exception>
    public static EngineConfig Read(string json)
    {
        using var document = Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"The settings have to be a JSON object, got {document.RootElement.ValueKind}.");
        }

        return document.RootElement.EnumerateObject().Aggregate(new EngineConfig(), Apply);
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The settings are not JSON: {exception.Message}", exception);
        }
    }

    private static EngineConfig Apply(EngineConfig config, JsonProperty setting)
    {
        var open = new V1.OpenPipeline();
        using var one = JsonDocument.Parse($"{{{JsonSerializer.Serialize(setting.Name)}:{setting.Value.GetRawText()}}}");
        V1.EngineFields.Read(one.RootElement, open);
        try
        {
            return Apply(Apply(config, open.Engine), open, setting);
        }
        catch (ArgumentException exception)
        {
            var text = exception.Message.Split(" (Parameter", 2)[0];
            var member = exception.ParamName ?? "";
            throw new FormatException(text.StartsWith(member, StringComparison.Ordinal) ? setting.Name + text[member.Length..] : text, exception);
        }
    }

    private static EngineConfig Apply(EngineConfig config, V1.EngineConfig engine) => config with
    {
        Device = engine.Device == default ? config.Device : EnumWords.To<EngineDevice>(engine.Device),
        Dtype = engine.Dtype == default ? config.Dtype : EnumWords.To<EngineDtype>(engine.Dtype),
        LoadFormat = engine.LoadFormat == default ? config.LoadFormat : EnumWords.To<LoadFormat>(engine.LoadFormat),
        ModelGenerationConfig = engine.GenerationConfig == default
            ? config.ModelGenerationConfig
            : EnumWords.To<ModelGenerationConfig>(engine.GenerationConfig),
        SessionLen = engine.HasSessionLen ? engine.SessionLen : config.SessionLen,
        AllowLongSessionLen = engine.AllowLongSessionLen || config.AllowLongSessionLen,
        MaxBatchSize = engine.HasMaxBatchSize ? engine.MaxBatchSize : config.MaxBatchSize,
        MaxPrefillTokenNum = engine.HasMaxPrefillTokenNum ? engine.MaxPrefillTokenNum : config.MaxPrefillTokenNum,
        MaxQueueLen = engine.HasMaxQueueLen ? engine.MaxQueueLen : config.MaxQueueLen,
        EnablePrefixCaching = engine.HasEnablePrefixCaching ? engine.EnablePrefixCaching : config.EnablePrefixCaching,
        CacheBlockSeqLen = engine.HasCacheBlockSeqLen ? engine.CacheBlockSeqLen : config.CacheBlockSeqLen,
        CacheMaxEntryCount = engine.HasCacheMaxEntryCount ? engine.CacheMaxEntryCount : config.CacheMaxEntryCount,
        Threads = engine.HasThreads ? engine.Threads : config.Threads,
        ChatTemplate = engine.ChatTemplate.Length > 0 ? engine.ChatTemplate : config.ChatTemplate,
    };

    private static EngineConfig Apply(EngineConfig config, V1.OpenPipeline open, JsonProperty setting)
    {
        if (open.Supervision.HasMaxRestarts)
        {
            return config with { Supervision = config.Supervision with { MaxRestarts = open.Supervision.MaxRestarts } };
        }

        if (open.Admission.HasMemoryLimitBytes)
        {
            return config with { Admission = config.Admission with { MemoryLimit = open.Admission.MemoryLimitBytes } };
        }

        var given = open.Admission.Timeout ?? open.Supervision.LoadTimeout ?? open.Supervision.StopGrace ?? open.Supervision.RestartWindow
            ?? open.Supervision.HangTimeout ?? open.Supervision.PoisonTtl;
        if (given is null)
        {
            return config;
        }

        var (name, least, apply) = Array.Find(_times, known => known.Name == setting.Name);
        var time = given.ToTimeSpan();
        var mayBeZero = name == "hang_timeout_ms";
        return (time >= least || (mayBeZero && time == TimeSpan.Zero)) && time <= EngineDefaults.LongestTime
            ? apply(config, time)
            : throw new FormatException(
                $"{name} must be {(mayBeZero ? "0 or " : "")}{least.TotalMilliseconds} to {EngineDefaults.LongestTime.TotalMilliseconds} milliseconds, "
                    + $"got {setting.Value.GetRawText()}.");
    }
}
