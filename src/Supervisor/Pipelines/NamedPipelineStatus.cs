namespace LmDeploy.Supervisor.Pipelines;

/// <summary>How a named pipeline is kept, and for how long nobody has used it.</summary>
/// <param name="Ttl">How long it stays without a request; zero for ever.</param>
/// <param name="IdleTime">Zero while somebody uses it.</param>
internal sealed record NamedPipelineStatus(bool IsPinned, TimeSpan Ttl, TimeSpan IdleTime);
