using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Limits;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>The validated settings of a pipeline, its id and its name.</summary>
internal sealed record PipelineSpec : WorkerSpec
{
    /// <summary>The secret key that requests use to name the pipeline: 128 random bits in hexadecimal.</summary>
    public string Key { get; private init; } = NewKey();

    /// <summary>The process that holds it; 0 when unknown.</summary>
    public required int HolderPid { get; init; }

    /// <summary>The caller over the network that it belongs to; empty for processes of this user.</summary>
    public string Owner { get; init; } = "";

    /// <summary>For the worker to leave by itself.</summary>
    public TimeSpan StopGrace => Supervision.StopGrace?.ToTimeSpan() ?? EngineDefaults.StopGrace;

    /// <summary>How many times a worker that died is replaced within <see cref="RestartWindow"/>.</summary>
    public int MaxRestarts => Supervision.HasMaxRestarts ? Supervision.MaxRestarts : EngineDefaults.MaxRestarts;

    public TimeSpan RestartWindow => Supervision.RestartWindow?.ToTimeSpan() ?? EngineDefaults.RestartWindow;

    /// <summary>How long a worker may be silent, or make no progress with its work; null for ever.</summary>
    public TimeSpan? HangTimeout => Supervision.HangTimeout?.ToTimeSpan() switch
    {
        null => EngineDefaults.HangTimeout,
        { Ticks: 0 } => null,
        var set => set,
    };

    /// <summary>How long a prompt that killed two workers is refused.</summary>
    public TimeSpan PoisonTtl => Supervision.PoisonTtl?.ToTimeSpan() ?? EngineDefaults.PoisonTtl;

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

        var (supervision, admission) = (open.Supervision ?? new SupervisionConfig(), open.Admission ?? new AdmissionConfig());
        CheckRange("load_timeout_ms", supervision.LoadTimeout, EngineDefaults.ShortestTime);
        CheckRange("stop_grace_ms", supervision.StopGrace, TimeSpan.Zero);
        CheckRange("restart_window_ms", supervision.RestartWindow, EngineDefaults.ShortestTime);
        CheckRange("hang_timeout_ms", supervision.HangTimeout is { Seconds: 0, Nanos: 0 } ? null : supervision.HangTimeout, EngineDefaults.ShortestHangTimeout);
        CheckRange("poison_ttl_ms", supervision.PoisonTtl, TimeSpan.Zero);
        CheckRange("admission_timeout_ms", admission.Timeout, TimeSpan.Zero);
        if (admission is { HasMemoryLimitBytes: true, MemoryLimitBytes: < EngineDefaults.LeastMemoryLimit })
        {
            throw Invalid("memory_limit_bytes", $"memory_limit_bytes is {admission.MemoryLimitBytes}: expected at least {EngineDefaults.LeastMemoryLimit}.");
        }

        if (supervision.MaxRestarts is < 0 or > EngineDefaults.MostRestarts)
        {
            throw Invalid("max_restarts", $"max_restarts is {supervision.MaxRestarts}: expected a number between 0 and {EngineDefaults.MostRestarts}.");
        }

        var folder = Path.TrimEndingDirectorySeparator(open.Model);
        return new PipelineSpec
        {
            Id = NewId(),
            Name = open.Name.Length > 0 ? open.Name : Path.GetFileName(folder),
            Model = folder,
            Engine = open.Engine ?? new EngineConfig(),
            Supervision = supervision,
            Admission = admission,
            HolderPid = holderPid,
        };
    }

    /// <summary>The settings of the probation pipeline beside this one. Its worker is not replaced: its death is the verdict.</summary>
    public PipelineSpec ForProbation()
    {
        var (supervision, admission) = (Supervision.Clone(), Admission.Clone());
        supervision.MaxRestarts = 0;
        admission.Timeout = new Duration();
        return this with
        {
            Name = $"{Name} (probation)", Key = NewKey(), Id = NewId(), Supervision = supervision, Admission = admission, MemoryQuota = null,
        };
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static string NewId() => RandomNumberGenerator.GetHexString(6, lowercase: true);

    private static void CheckRange(string name, Duration? value, TimeSpan least) =>
        TimeSetting.Read(name, value, least, EngineDefaults.LongestTime, fallback: least);

    private static SupervisorException Invalid(string subject, string message) => new(ErrorCodes.InvalidRequest, message, subject);
}
