namespace LmDeploy.Supervisor.Workers;

/// <summary>The most memory that the pipelines of one API key are promised together, on all devices.</summary>
/// <param name="Owner">Identifies the key.</param>
/// <param name="Key">The name of the key, for errors.</param>
/// <param name="Bytes">The limit in bytes.</param>
internal sealed record MemoryQuota(string Owner, string Key, long Bytes);
