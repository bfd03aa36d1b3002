namespace LmDeploy.Supervisor.Serving;

/// <summary>Somebody who may use the server.</summary>
internal sealed record ApiKey
{
    /// <summary>What logs and metrics call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of the key in UTF-8; base64 in the file.</summary>
    public byte[] Sha256 { get; init; } = [];

    /// <summary>Whether it was a flag, so that it stays when settings are read again.</summary>
    public bool Fixed { get; init; }

    /// <summary>Whether it may load, unload and look at pipelines.</summary>
    public bool Admin { get; init; }

    /// <summary>How many pipelines it may hold at once over gRPC; 0 for any number.</summary>
    public int MaxPipelines { get; init; }

    /// <summary>How many bytes its pipelines over gRPC are promised together, on all devices; 0 for any number.</summary>
    public long MaxMemory { get; init; }

    /// <summary>How many of its requests may run at once, over gRPC or HTTP (POST); 0 for any number.</summary>
    public int MaxRequests { get; init; }
}
