using LmDeploy.Limits;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>The model of a worker, its limits and its pipeline.</summary>
internal record WorkerSpec
{
    /// <summary>What listings name its pipeline by.</summary>
    public required string Id { get; init; }

    /// <summary>How errors call its pipeline.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of the model folder.</summary>
    public required string Model { get; init; }

    public required EngineConfig Engine { get; init; }

    public required SupervisionConfig Supervision { get; init; }

    public required AdmissionConfig Admission { get; init; }

    /// <summary>To start and load.</summary>
    public TimeSpan LoadTimeout => Supervision.LoadTimeout?.ToTimeSpan() ?? EngineDefaults.LoadTimeout;

    /// <summary>To wait for memory that others hold.</summary>
    public TimeSpan AdmissionTimeout => Admission.Timeout?.ToTimeSpan() ?? EngineDefaults.AdmissionTimeout;

    /// <summary>The most resident memory that the worker may take, in bytes; null for no limit.</summary>
    public long? MemoryLimit => Admission.HasMemoryLimitBytes ? Admission.MemoryLimitBytes : null;

    /// <summary>The quota that its memory counts against; null for none.</summary>
    public MemoryQuota? MemoryQuota { get; init; }

    /// <summary>Whether the worker may end up on a GPU.</summary>
    public bool MayUseGpu => Engine.Device is not EngineDevice.Cpu;

    /// <summary>The longest sequence that was asked for, in tokens; null for the model's own.</summary>
    public int? SessionLen => Engine.HasSessionLen ? Engine.SessionLen : null;

    /// <summary>Whether the worker reads the weights of the folder, rather than make some.</summary>
    public bool ReadsWeights => Engine.LoadFormat is not LoadFormat.Dummy;
}
