using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace LmDeploy.Hosting;

/// <summary>The folder that .NET is installed in.</summary>
[SupportedOSPlatform("linux")]
internal static class DotnetFolder
{
    private const string InstallLocation = "/etc/dotnet/install_location";

    /// <summary>The one that this process runs on, or else where .NET is usually found; null when it is nowhere.</summary>
    public static string? Find() => Candidates().FirstOrDefault(folder => Directory.Exists(Path.Join(folder, "host", "fxr")));

    private static IEnumerable<string> Candidates()
    {
        yield return Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            yield return root;
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var dotnet = Path.Join(folder, "dotnet");
            if (File.Exists(dotnet))
            {
                yield return Path.GetDirectoryName(LibC.ResolveLinks(dotnet))!;
            }
        }

        if (File.Exists(InstallLocation))
        {
            yield return File.ReadAllText(InstallLocation).Trim();
        }

        yield return "/usr/share/dotnet";
        yield return "/usr/lib/dotnet";
        yield return Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet");
    }
}
