using System.Text.Json.Nodes;
using LmDeploy.Cli.Hosting;
using LmDeploy.Hub;

namespace LmDeploy.Cli.Serving;

/// <summary>A model of <c>serve</c>.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Path">The absolute path of its folder, or a name of the hub that was not looked for yet.</param>
/// <param name="Engine">The settings that are not at their defaults, by their names in the contract.</param>
/// <param name="Place">Where it was set, for errors.</param>
internal sealed record ServeConfigurationModel(string Name, string Path, JsonObject Engine, string Place)
{
    /// <summary>The keys of its mapping in the file.</summary>
    public static IReadOnlyCollection<string> Names { get; } =
        ["name", "path", "aliases", "ttl_seconds", "pinned", "preload", "replicas", "engine"];

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public double TtlSeconds { get; init; }

    public bool Pinned { get; init; }

    public bool Preload { get; init; }

    public int Replicas { get; init; } = 1;

    /// <summary>The settings of its engine.</summary>
    public EngineConfig Config => EngineConfig.FromJson(Engine.ToJsonString());

    public UsageException Wrong(string problem) => new($"{Place}: {problem}");

    /// <exception cref="UsageException">Something is missing, unknown or of another kind, or there is no such folder.</exception>
    public static ServeConfigurationModel Read(ConfigMap map)
    {
        map.RequiredText("path");
        return Create(map.Text("name"), map.Text("path")!, ReadEngine(map.Map("engine")), map.PlaceOf("path")) with
        {
            Aliases = map.Texts("aliases"),
            TtlSeconds = map.Number("ttl_seconds", 0, ServeLimits.LongestSeconds) ?? 0,
            Pinned = map.Flag("pinned"),
            Preload = map.Flag("preload"),
            Replicas = map.Integer("replicas", 1, ServeLimits.MostReplicas) ?? 1,
        };
    }

    /// <param name="name">Null for that of the folder.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static ServeConfigurationModel Create(string? name, string path, JsonObject engine, string place)
    {
        if (path.Length > 0 && Model.IsName(path))
        {
            return new ServeConfigurationModel(name ?? "", path, engine, place);
        }

        if (path.Length == 0 || path.Contains('\0') || !Directory.Exists(path))
        {
            throw new UsageException($"{place}: there is no model folder '{path}'");
        }

        var full = System.IO.Path.GetFullPath(path);
        return new ServeConfigurationModel(name ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(full)), full, engine, place);
    }

    /// <summary>Finds a name of the hub, and downloads it where that is allowed.</summary>
    /// <exception cref="UsageException">It is not there.</exception>
    public async Task<ServeConfigurationModel> LocateAsync(CliHost host, bool mayDownload, CancellationToken cancellationToken)
    {
        if (!Model.IsName(Path))
        {
            return this;
        }

        try
        {
            var source = await host.LocateAsync(Path, mayDownload, cancellationToken);
            return this with { Name = Name.Length > 0 ? Name : source.Name, Path = source.Folder };
        }
        catch (HubException e)
        {
            throw Wrong(mayDownload ? e.Message : $"{e.Message}, or add --allow-downloads");
        }
    }

    /// <summary>Each setting alone, so that an error has its line.</summary>
    private static JsonObject ReadEngine(ConfigMap? map)
    {
        var engine = new JsonObject();
        foreach (var (name, key, value) in map?.Entries ?? [])
        {
            try
            {
                _ = EngineConfig.FromJson(new JsonObject { [name] = ConfigScalar.ToJson(value) }.ToJsonString());
            }
            catch (FormatException exception)
            {
                throw map!.Wrong(key, $"engine: {exception.Message.TrimEnd('.')}");
            }

            engine[name] = ConfigScalar.ToJson(value);
        }

        return engine;
    }
}
