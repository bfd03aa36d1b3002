namespace LmDeploy.Supervisor.Pipelines;

/// <summary>TTL, pinning and idle time of a named pipeline.</summary>
/// <param name="Ttl">How long it stays without a request; zero for ever.</param>
/// <param name="IdleTime">Zero while somebody uses it.</param>
internal sealed record NamedPipelineStatus(bool IsPinned, TimeSpan Ttl, TimeSpan IdleTime);
