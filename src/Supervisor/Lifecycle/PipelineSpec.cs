using System.Security.Cryptography;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>What a holder asked for, checked, and what its pipeline is called.</summary>
internal sealed record PipelineSpec : WorkerSpec
{
    private const long LongestMilliseconds = 86_400_000;
    private const int MostRestarts = 1000;
    private const long LeastMemory = 64L << 20;

    /// <summary>The secret that requests name the pipeline by: 128 random bits in hexadecimal.</summary>
    public string Key { get; private init; } = NewKey();

    /// <summary>The process that holds it; 0 when unknown.</summary>
    public required int HolderPid { get; init; }

    /// <summary>For the worker to leave by itself.</summary>
    public TimeSpan StopGrace => TimeSpan.FromMilliseconds(Engine.HasStopGraceMs ? Engine.StopGraceMs : 100);

    /// <summary>How many times a worker that died is replaced within <see cref="RestartWindow"/>.</summary>
    public int MaxRestarts => Engine.HasMaxRestarts ? Engine.MaxRestarts : 5;

    public TimeSpan RestartWindow => TimeSpan.FromMilliseconds(Engine.HasRestartWindowMs ? Engine.RestartWindowMs : 60_000);

    /// <summary>How long a worker may be silent, or make no progress with its work; null for ever.</summary>
    public TimeSpan? HangTimeout => Engine switch
    {
        { HasHangTimeoutMs: false } => TimeSpan.FromMinutes(1),
        { HangTimeoutMs: 0 } => null,
        _ => TimeSpan.FromMilliseconds(Engine.HangTimeoutMs),
    };

    /// <summary>How long a prompt that killed two workers is refused.</summary>
    public TimeSpan PoisonTtl => TimeSpan.FromMilliseconds(Engine.HasPoisonTtlMs ? Engine.PoisonTtlMs : 600_000);

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
        CheckRange("load_timeout_ms", engine.HasLoadTimeoutMs ? engine.LoadTimeoutMs : 1, least: 1);
        CheckRange("stop_grace_ms", engine.HasStopGraceMs ? engine.StopGraceMs : 0, least: 0);
        CheckRange("restart_window_ms", engine.HasRestartWindowMs ? engine.RestartWindowMs : 1, least: 1);
        CheckRange("hang_timeout_ms", engine is { HasHangTimeoutMs: true, HangTimeoutMs: not 0 } ? engine.HangTimeoutMs : 1000, least: 1000);
        CheckRange("admission_timeout_ms", engine.HasAdmissionTimeoutMs ? engine.AdmissionTimeoutMs : 0, least: 0);
        CheckRange("poison_ttl_ms", engine.HasPoisonTtlMs ? engine.PoisonTtlMs : 0, least: 0);
        if (engine is { HasMemoryLimitBytes: true, MemoryLimitBytes: < LeastMemory })
        {
            throw Invalid("memory_limit_bytes", $"memory_limit_bytes is {engine.MemoryLimitBytes}: expected at least {LeastMemory}.");
        }

        if (engine.MaxRestarts is < 0 or > MostRestarts)
        {
            throw Invalid("max_restarts", $"max_restarts is {engine.MaxRestarts}: expected a number between 0 and {MostRestarts}.");
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

    private static void CheckRange(string name, long value, long least)
    {
        if (value < least || value > LongestMilliseconds)
        {
            throw Invalid(name, $"{name} is {value}: expected milliseconds between {least} and {LongestMilliseconds}.");
        }
    }

    private static SupervisorException Invalid(string subject, string message) => new(ErrorCodes.InvalidRequest, message, subject);
}
