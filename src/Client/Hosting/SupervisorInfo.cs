namespace LmDeploy;

/// <summary>What a supervisor says about itself.</summary>
public sealed record SupervisorInfo
{
    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>The version of the protocol it speaks.</summary>
    public required int ProtocolVersion { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>The path of its socket.</summary>
    public required string SocketPath { get; init; }

    /// <summary>The time since it started.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>How long it stays with nothing to do; zero for ever.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>How many started workers without a model it has.</summary>
    public int StandbyWorkers { get; init; }
}
