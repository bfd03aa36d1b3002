using System.Text.Json.Serialization;

namespace LmDeploy.Supervisor.Serving;

/// <summary>What <c>lmdeploy serve</c> hands to the supervisor that it becomes; a file of JSON with the names in snake case.</summary>
internal sealed record ServeOptions
{
    /// <summary>An address of this host, or localhost.</summary>
    public string Host { get; init; } = "";

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>Without keys, anybody who reaches the port may do everything.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>The path of a PEM file; empty for no TLS.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>The path of a PEM file; empty where the certificate's file has the key too.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>Allows addresses other than loopback without keys and TLS.</summary>
    public bool Insecure { get; init; }

    /// <summary>Origins that browsers may call from, besides the server's own; * for all.</summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>The most bytes of a request's body; 0 for 32 MiB.</summary>
    public long MaxBodyBytes { get; init; }

    /// <summary>The most answers of one request: prompts times <c>n</c>; 0 for 2048.</summary>
    public int MaxPrompts { get; init; }

    /// <summary>The longest a request may take, in milliseconds; 0 for 1 hour.</summary>
    public long RequestTimeoutMs { get; init; }

    /// <summary>The drain timeout in milliseconds: how long SIGTERM lets running requests continue; null for 30 s.</summary>
    public long? DrainTimeoutMs { get; init; }

    [JsonIgnore]
    public TimeSpan? DrainTimeout => DrainTimeoutMs is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>The form of log lines on standard error: text or json; empty for text, or the journal's where it reads them.</summary>
    public string LogFormat { get; init; } = "";

    /// <summary>How the settings are read again; null where they are not.</summary>
    public ServeReload? Reload { get; init; }

    public IReadOnlyList<ServedModelOptions> Models { get; init; } = [];

    /// <summary>Whether all API keys share one prefix cache. Faster, but timing reveals to a caller what others have asked.</summary>
    public bool SharedPrefixCache { get; init; }

    /// <summary>Whether models of the hub that are not on this host are downloaded when a caller loads them.</summary>
    public bool AllowDownloads { get; init; }
}
