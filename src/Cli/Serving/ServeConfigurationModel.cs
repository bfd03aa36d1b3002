namespace LmDeploy.Cli.Serving;

/// <summary>A model in the file of <c>serve --config</c>.</summary>
internal sealed class ServeConfigurationModel
{
    public string? Name { get; set; }

    public string? Path { get; set; }

    public List<string> Aliases { get; set; } = [];

    public double TtlSeconds { get; set; }

    public bool Pinned { get; set; }

    public bool Preload { get; set; }

    public int Replicas { get; set; } = 1;

    /// <summary>Settings of the engine by their names in the contract.</summary>
    public Dictionary<string, object?> Engine { get; set; } = [];
}
