using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>The folder that LmDeploy's programs lie in, each in a folder of its own.</summary>
/// <param name="Home">The folder, without links.</param>
internal sealed record Installation(string Home)
{
    private const string Supervisor = "lmdeploy-supervisor";

    /// <summary>The supervisor's executable.</summary>
    public string SupervisorPath => Path.Join(Home, "supervisor", Supervisor);

    /// <summary>Looks in LMDEPLOY_HOME, or else in the application's folder and the one above.</summary>
    /// <exception cref="SupervisorUnavailableException">The supervisor is in none of them.</exception>
    public static Installation Find() => Find(Environment.GetEnvironmentVariable("LMDEPLOY_HOME"), AppContext.BaseDirectory);

    /// <inheritdoc cref="Find()"/>
    public static Installation Find(string? home, string applicationFolder)
    {
        string[] candidates = home is { Length: > 0 }
            ? [Path.GetFullPath(home)]
            : [applicationFolder, Path.GetFullPath(Path.Join(applicationFolder, ".."))];
        foreach (var candidate in candidates)
        {
            if (File.Exists(new Installation(candidate).SupervisorPath))
            {
                return new Installation(LibC.ResolveLinks(candidate));
            }
        }

        throw new SupervisorUnavailableException(
            ErrorCodes.SupervisorUnavailable,
            $"The supervisor was not found. Looked for {string.Join(" and ", candidates.Select(c => new Installation(c).SupervisorPath))}. "
            + "Set LMDEPLOY_HOME to the folder that holds supervisor/ and worker/.");
    }

    /// <summary>Twelve hexadecimal digits that differ between checkouts, builds and protocol versions.</summary>
    public string GetKey()
    {
        var library = new FileInfo(SupervisorPath + ".dll");
        var file = library.Exists ? library : new FileInfo(SupervisorPath);
        var identity = string.Create(CultureInfo.InvariantCulture, $"{Home}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{Protocol.Version}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..12];
    }
}
