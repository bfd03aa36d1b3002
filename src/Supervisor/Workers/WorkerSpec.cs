using LmDeploy.Limits;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Workers;

/// <summary>What a worker is to load, within which limits, and for whom.</summary>
internal record WorkerSpec
{
    /// <summary>What listings name its pipeline by.</summary>
    public required string Id { get; init; }

    /// <summary>How errors call its pipeline.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of the model folder.</summary>
    public required string Model { get; init; }

    public required EngineConfig Engine { get; init; }

    /// <summary>To start and load.</summary>
    public TimeSpan LoadTimeout => Engine.HasLoadTimeoutMs ? TimeSpan.FromMilliseconds(Engine.LoadTimeoutMs) : EngineDefaults.LoadTimeout;

    /// <summary>To wait for memory that others hold.</summary>
    public TimeSpan AdmissionTimeout => Engine.HasAdmissionTimeoutMs ? TimeSpan.FromMilliseconds(Engine.AdmissionTimeoutMs) : EngineDefaults.AdmissionTimeout;

    /// <summary>The most resident memory that the worker may take, in bytes; null for no limit.</summary>
    public long? MemoryLimit => Engine.HasMemoryLimitBytes ? Engine.MemoryLimitBytes : null;

    /// <summary>Whether the worker may end up on a GPU.</summary>
    public bool MayUseGpu => Engine.Device is not "cpu";

    /// <summary>Whether the worker reads the weights of the folder, rather than make some.</summary>
    public bool ReadsWeights => Engine.LoadFormat is not "dummy";
}
