using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>A model that requests know by a name.</summary>
/// <param name="Open">What is loaded, under the model's name.</param>
/// <param name="Aliases">Further names.</param>
/// <param name="Replicas">How many pipelines share its requests.</param>
/// <param name="Ttl">The TTL: how long they stay loaded without a request; zero for ever.</param>
/// <param name="IsPinned">Whether they stay loaded: no TTL and no eviction.</param>
internal sealed record ServedModel(OpenPipeline Open, IReadOnlyList<string> Aliases, int Replicas, TimeSpan Ttl, bool IsPinned)
{
    public string Name => Open.Name;

    /// <summary>Whether it is loaded at the start of the server; always so when it is pinned.</summary>
    public bool IsPreloaded { get; init; } = IsPinned;

    /// <summary>Whether it has the settings of another one.</summary>
    public bool IsSameAs(ServedModel other) => this with { Aliases = other.Aliases } == other && Aliases.SequenceEqual(other.Aliases);

    /// <summary>The names of its pipelines.</summary>
    public IEnumerable<string> Pipelines => Enumerable.Range(1, Replicas).Select(replica => replica == 1 ? Name : $"{Name}#{replica}");

    /// <summary>What is loaded for each of its pipelines.</summary>
    public IEnumerable<LoadPipelineRequest> Requests => Pipelines.Select(name =>
    {
        var open = Open.Clone();
        open.Name = name;
        return new LoadPipelineRequest { Open = open, Ttl = Duration.FromTimeSpan(Ttl), Pinned = IsPinned };
    });
}
