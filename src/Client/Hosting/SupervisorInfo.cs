namespace LmDeploy;

/// <summary>What a supervisor says about itself.</summary>
/// <param name="Version">Its version.</param>
/// <param name="ProtocolVersion">The version of the protocol it speaks.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Socket">The path of its socket.</param>
/// <param name="Uptime">The time since it started.</param>
/// <param name="IdleTimeout">How long it stays with nothing to do; zero for ever.</param>
public sealed record SupervisorInfo(string Version, int ProtocolVersion, int Pid, string Socket, TimeSpan Uptime, TimeSpan IdleTimeout)
{
    /// <summary>How many started workers without a model it has.</summary>
    public int StandbyWorkers { get; init; }
}
