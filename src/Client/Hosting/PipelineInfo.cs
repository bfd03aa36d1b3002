using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>One pipeline of a listing.</summary>
public sealed record PipelineInfo
{
    /// <summary>Names it.</summary>
    public required string Id { get; init; }

    /// <summary>How its holder calls it; several may have one name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The path of its model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Where it is in its life.</summary>
    public PipelineState State { get; init; }

    /// <summary>The process that serves it; 0 when there is none now.</summary>
    public int WorkerPid { get; init; }

    /// <summary>The time since it was asked for.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>Bytes its worker holds.</summary>
    public long HeldBytes { get; init; }

    /// <summary>Which memory that is.</summary>
    public MemoryKind Memory { get; init; }

    /// <summary>Where it runs.</summary>
    public string Device { get; init; } = "";

    /// <summary>How its checkpoint has the weights and what they became, as <see cref="ModelInfo.Weights"/>; empty while it has no model.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Bytes of its checkpoint that were read for the weights, as <see cref="ModelInfo.ReadBytes"/>.</summary>
    public long ReadBytes { get; init; }

    /// <summary>The time until all weights were in place, as <see cref="ModelInfo.WeightTime"/>; zero while it has no model.</summary>
    public TimeSpan WeightTime { get; init; }

    /// <summary>How fast they were read; 0 where nothing was.</summary>
    public double ReadBytesPerSecond => WeightTime > TimeSpan.Zero ? ReadBytes / WeightTime.TotalSeconds : 0;

    /// <summary>Requests it works on.</summary>
    public int RunningRequests { get; init; }

    /// <summary>Prompts to answer that no worker has begun with.</summary>
    public int WaitingRequests { get; init; }

    /// <summary>Tokens that it answered with since it was opened, whichever worker made them.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>The process that holds it; 0 when that is not known.</summary>
    public int HolderPid { get; init; }

    /// <summary>The latest deaths of its workers, oldest first, at most 10.</summary>
    public IReadOnlyList<WorkerFailure> Failures { get; init => field = Values.Of(value); } = ValueList<WorkerFailure>.Empty;

    /// <summary>How many of its workers were replaced in all.</summary>
    public int Restarts { get; init; }

    /// <summary>Bytes that its worker may take, those it holds already included; 0 when none were promised.</summary>
    public long PromisedBytes { get; init; }

    /// <summary>Whether it was loaded by <see cref="Supervisor.LoadPipeline"/>, and no client holds it.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Whether it is pinned: neither idleness nor another model that needs memory evicts it.</summary>
    public bool IsPinned { get; init; }

    /// <summary>How long one that <see cref="IsNamed"/> stays without a request; zero for ever.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>How long nobody has used one that <see cref="IsNamed"/>; zero while somebody does.</summary>
    public TimeSpan IdleTime { get; init; }
}
