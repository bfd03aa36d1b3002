namespace LmDeploy.Cli.Serving;

/// <summary>A key in the file of <c>serve --config</c>.</summary>
internal sealed class ServeConfigurationKey
{
    public string? Name { get; set; }

    /// <summary>The SHA-256 of the key, 64 hexadecimal digits.</summary>
    public string? Sha256 { get; set; }

    public bool Admin { get; set; }
}
