namespace LmDeploy.Cli.Serving;

/// <summary>What <c>serve</c> is told by its file, YAML or JSON, and its flags; docs/serving.md has an example of the file.</summary>
internal sealed class ServeConfiguration
{
    private static readonly string[] _names =
    [
        "host", "port", "tls_cert", "tls_key", "insecure", "shared_prefix_cache", "cors_origins", "max_body_mib", "max_prompts", "request_timeout_seconds",
        "drain_timeout_seconds", "log_format", "allow_downloads", "keys", "models",
    ];

    public Placed<string>? Host { get; set; }

    public int? Port { get; set; }

    public Placed<string>? TlsCert { get; set; }

    public Placed<string>? TlsKey { get; set; }

    public bool Insecure { get; set; }

    public bool SharedPrefixCache { get; set; }

    public bool AllowDownloads { get; set; }

    public List<string> CorsOrigins { get; init; } = [];

    public double? MaxBodyMib { get; set; }

    public int? MaxPrompts { get; set; }

    public double? RequestTimeoutSeconds { get; set; }

    public double? DrainTimeoutSeconds { get; set; }

    public string? LogFormat { get; set; }

    public List<ServeConfigurationKey> Keys { get; init; } = [];

    public List<ServeConfigurationModel> Models { get; init; } = [];

    /// <exception cref="UsageException">The file is missing, is not YAML, or has something that means nothing.</exception>
    public static ServeConfiguration Read(FileInfo file)
    {
        var map = ConfigMap.Open(file, _names);
        return new ServeConfiguration
        {
            Host = map.PlacedText("host"),
            Port = map.Integer("port", 0, ServeLimits.LargestPort),
            TlsCert = map.PlacedText("tls_cert"),
            TlsKey = map.PlacedText("tls_key"),
            Insecure = map.Flag("insecure"),
            SharedPrefixCache = map.Flag("shared_prefix_cache"),
            AllowDownloads = map.Flag("allow_downloads"),
            CorsOrigins = [.. map.Texts("cors_origins")],
            MaxBodyMib = map.Number("max_body_mib", 0, ServeLimits.LargestBodyMib),
            MaxPrompts = map.Integer("max_prompts", 0, int.MaxValue),
            RequestTimeoutSeconds = map.Number("request_timeout_seconds", 0, ServeLimits.LongestSeconds),
            DrainTimeoutSeconds = map.Number("drain_timeout_seconds", 0, ServeLimits.LongestDrainSeconds),
            LogFormat = map.Word("log_format", ServeLimits.LogFormats),
            Keys = [.. map.Maps("keys", ServeConfigurationKey.Names).Select(ServeConfigurationKey.Read)],
            Models = [.. map.Maps("models", ServeConfigurationModel.Names).Select(ServeConfigurationModel.Read)],
        };
    }
}
