using System.Security.Cryptography;
using LmDeploy.Limits;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>What a holder asked for, checked, and what its pipeline is called.</summary>
internal sealed record PipelineSpec : WorkerSpec
{
    /// <summary>The secret that requests name the pipeline by: 128 random bits in hexadecimal.</summary>
    public string Key { get; private init; } = NewKey();

    /// <summary>The process that holds it; 0 when unknown.</summary>
    public required int HolderPid { get; init; }

    /// <summary>For the worker to leave by itself.</summary>
    public TimeSpan StopGrace => Engine.HasStopGraceMs ? TimeSpan.FromMilliseconds(Engine.StopGraceMs) : EngineDefaults.StopGrace;

    /// <summary>How many times a worker that died is replaced within <see cref="RestartWindow"/>.</summary>
    public int MaxRestarts => Engine.HasMaxRestarts ? Engine.MaxRestarts : EngineDefaults.MaxRestarts;

    public TimeSpan RestartWindow => Engine.HasRestartWindowMs ? TimeSpan.FromMilliseconds(Engine.RestartWindowMs) : EngineDefaults.RestartWindow;

    /// <summary>How long a worker may be silent, or make no progress with its work; null for ever.</summary>
    public TimeSpan? HangTimeout => Engine switch
    {
        { HasHangTimeoutMs: false } => EngineDefaults.HangTimeout,
        { HangTimeoutMs: 0 } => null,
        _ => TimeSpan.FromMilliseconds(Engine.HangTimeoutMs),
    };

    /// <summary>How long a prompt that killed two workers is refused.</summary>
    public TimeSpan PoisonTtl => Engine.HasPoisonTtlMs ? TimeSpan.FromMilliseconds(Engine.PoisonTtlMs) : EngineDefaults.PoisonTtl;

    /// <exception cref="SupervisorException">Something in the request cannot be meant.</exception>
    public static PipelineSpec Create(OpenPipeline? open, int holderPid)
    {
        if (open is null)
        {
            throw Invalid("open", "The first message of Hold has to be `open`.");
        }

        if (open.Model.Length == 0 || !Path.IsPathRooted(open.Model))
        {
            throw Invalid("model", $"model is '{open.Model}': expected the absolute path of a model folder.");
        }

        var engine = open.Engine ?? new EngineConfig();
        CheckRange("load_timeout_ms", engine.HasLoadTimeoutMs, engine.LoadTimeoutMs, EngineDefaults.ShortestTime);
        CheckRange("stop_grace_ms", engine.HasStopGraceMs, engine.StopGraceMs, TimeSpan.Zero);
        CheckRange("restart_window_ms", engine.HasRestartWindowMs, engine.RestartWindowMs, EngineDefaults.ShortestTime);
        CheckRange("hang_timeout_ms", engine.HangTimeoutMs != 0, engine.HangTimeoutMs, EngineDefaults.ShortestHangTimeout);
        CheckRange("admission_timeout_ms", engine.HasAdmissionTimeoutMs, engine.AdmissionTimeoutMs, TimeSpan.Zero);
        CheckRange("poison_ttl_ms", engine.HasPoisonTtlMs, engine.PoisonTtlMs, TimeSpan.Zero);
        if (engine is { HasMemoryLimitBytes: true, MemoryLimitBytes: < EngineDefaults.LeastMemoryLimit })
        {
            throw Invalid("memory_limit_bytes", $"memory_limit_bytes is {engine.MemoryLimitBytes}: expected at least {EngineDefaults.LeastMemoryLimit}.");
        }

        if (engine.MaxRestarts is < 0 or > EngineDefaults.MostRestarts)
        {
            throw Invalid("max_restarts", $"max_restarts is {engine.MaxRestarts}: expected a number between 0 and {EngineDefaults.MostRestarts}.");
        }

        var folder = Path.TrimEndingDirectorySeparator(open.Model);
        return new PipelineSpec
        {
            Id = NewId(),
            Name = open.Name.Length > 0 ? open.Name : Path.GetFileName(folder),
            Model = folder,
            Engine = engine,
            HolderPid = holderPid,
        };
    }

    /// <summary>The pipeline beside this one that requests under suspicion go to. Its worker is not replaced: its death is the answer.</summary>
    public PipelineSpec ForProbation()
    {
        var engine = Engine.Clone();
        engine.MaxRestarts = 0;
        engine.AdmissionTimeoutMs = 0;
        return this with { Name = $"{Name} (probation)", Key = NewKey(), Id = NewId(), Engine = engine };
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static string NewId() => RandomNumberGenerator.GetHexString(6, lowercase: true);

    private static void CheckRange(string name, bool isSet, long value, TimeSpan least)
    {
        if (isSet && (value < least.TotalMilliseconds || value > EngineDefaults.LongestTime.TotalMilliseconds))
        {
            throw Invalid(name, $"{name} is {value}: expected milliseconds between {least.TotalMilliseconds} and {EngineDefaults.LongestTime.TotalMilliseconds}.");
        }
    }

    private static SupervisorException Invalid(string subject, string message) => new(ErrorCodes.InvalidRequest, message, subject);
}
