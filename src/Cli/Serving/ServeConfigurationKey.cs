using System.Security.Cryptography;

namespace LmDeploy.Cli.Serving;

/// <summary>An API key of <c>serve</c>.</summary>
/// <param name="Name">What logs and traces call it.</param>
/// <param name="Sha256">Of the key in UTF-8.</param>
/// <param name="Admin">Whether it may load and unload models.</param>
internal sealed record ServeConfigurationKey(string Name, byte[] Sha256, bool Admin)
{
    /// <summary>Whether it is a flag, which is not kept and so cannot be read again.</summary>
    public bool IsFlag { get; init; }

    /// <summary>How many pipelines it may hold at once over gRPC; 0 for any number.</summary>
    public int MaxPipelines { get; init; }

    /// <summary>The most memory that its pipelines over gRPC are promised together, in MiB; 0 for any.</summary>
    public int MaxMemoryMib { get; init; }

    /// <summary>How many of its requests may run at once, over gRPC or HTTP (POST); 0 for any number.</summary>
    public int MaxRequests { get; init; }

    /// <summary>The keys of its mapping in the file.</summary>
    public static IReadOnlyCollection<string> Names { get; } = ["name", "sha256", "admin", "max_pipelines", "max_memory_mib", "max_requests"];

    /// <exception cref="UsageException">Something is missing, unknown or of another kind.</exception>
    public static ServeConfigurationKey Read(ConfigMap map)
    {
        var name = map.RequiredText("name");
        try
        {
            var hash = Convert.FromHexString(map.RequiredText("sha256"));
            if (hash.Length == SHA256.HashSizeInBytes)
            {
                return new ServeConfigurationKey(name, hash, map.Flag("admin"))
                {
                    MaxPipelines = map.Integer("max_pipelines", 0, int.MaxValue) ?? 0,
                    MaxMemoryMib = map.Integer("max_memory_mib", 0, int.MaxValue) ?? 0,
                    MaxRequests = map.Integer("max_requests", 0, int.MaxValue) ?? 0,
                };
            }
        }
        catch (FormatException)
        {
            // The same error as for another length.
        }

        throw map.Wrong("sha256", "has to be the SHA-256 of the key in 64 hexadecimal digits: printf %s KEY | sha256sum");
    }
}
