using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>How a pipeline that no client holds is kept. Immutable.</summary>
public sealed record NamedPipelineOptions
{
    /// <summary>How long it stays without a request, 0 to 30 days; <see cref="TimeSpan.Zero"/> for ever. Default: 5 minutes.</summary>
    /// <remarks>It may go earlier when another pipeline needs the room, and comes back with the next request.</remarks>
    public TimeSpan Ttl { get; init => field = Ensure.InRange(value, TimeSpan.Zero, TimeSpan.FromDays(30)); } = TimeSpan.FromMinutes(5);

    /// <summary>Whether it is pinned: neither <see cref="Ttl"/> nor another model that needs memory evicts it. Default: false.</summary>
    public bool Pinned { get; init; }
}
