using System.Text.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>A model that is served from the start of the server.</summary>
internal sealed record ServedModelOptions
{
    /// <summary>The absolute path of a model folder.</summary>
    public string Path { get; init; } = "";

    /// <summary>What requests call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Further names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>How it is run, as <see cref="EngineFields"/> reads it; null for the defaults.</summary>
    public JsonElement? Engine { get; init; }

    /// <summary>The TTL in milliseconds: how long it stays loaded without a request; 0 for no TTL, until it is evicted.</summary>
    public long TtlMs { get; init; }

    /// <summary>Whether it stays loaded: no TTL and no eviction.</summary>
    public bool Pinned { get; init; }

    /// <summary>How many pipelines share its requests; 0 and 1 for one.</summary>
    public int Replicas { get; init; }

    /// <summary>Whether it is preloaded rather than loaded by its first request.</summary>
    public bool Preload { get; init; }

    /// <exception cref="FormatException">A setting of the engine cannot be meant.</exception>
    public ServedModel ToModel()
    {
        var open = new OpenPipeline { Model = Path, Name = Name };
        if (Engine is { } engine)
        {
            EngineFields.Read(engine, open);
        }

        return new ServedModel(open, Aliases, Math.Max(Replicas, 1), TimeSpan.FromMilliseconds(TtlMs), Pinned) { IsPreloaded = Preload || Pinned };
    }
}
