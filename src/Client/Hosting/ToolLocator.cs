using System.Reflection;
using System.Runtime.Versioning;

namespace LmDeploy.Hosting;

/// <summary>
/// Finds the <c>lmdeploy</c> tool, which has LmDeploy's programs in it, however it was installed: for the user, into a folder on PATH, or by a manifest.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="userFolder">The user's home; empty when there is none.</param>
/// <param name="ownVersion">The version that is preferred.</param>
[SupportedOSPlatform("linux")]
internal sealed class ToolLocator(Func<string, string?> environment, string userFolder, string ownVersion)
{
    private const string Tool = "lmdeploy";

    private static readonly EnumerationOptions _whatCanBeRead = new() { IgnoreInaccessible = true };

    public static ToolLocator ForThisProcess { get; } = new(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        typeof(ToolLocator).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "");

    /// <summary>The version that is preferred, this client's own.</summary>
    public string OwnVersion => ownVersion;

    /// <summary>Where it looks, best first: each of these folders has a folder for every version.</summary>
    public IReadOnlyList<string> Folders
        => [.. Stores().Select(tools => Path.Join(tools, ".store", Tool)).Concat(PackageFolders().Select(packages => Path.Join(packages, Tool))).Distinct()];

    /// <summary>Everything that is installed, best first: the preferred version, then later versions before earlier ones.</summary>
    public IReadOnlyList<InstalledTool> Find() =>
    [
        .. Folders.Where(Directory.Exists).SelectMany(FindVersions).Concat(FindArchives())
            .OrderByDescending(tool => tool.Version.ToString() == ownVersion)
            .ThenByDescending(tool => tool.Version),
    ];

    private static IEnumerable<InstalledTool> FindVersions(string folder)
    {
        foreach (var path in Directory.EnumerateDirectories(folder, "*", _whatCanBeRead))
        {
            var name = Path.GetFileName(path);
            if (ToolVersion.TryParse(name) is { } version)
            {
                foreach (var home in FindHomes(path).Concat(FindHomes(Path.Join(path, Tool, name))))
                {
                    yield return new InstalledTool(version, home);
                }
            }
        }
    }

    private static IEnumerable<Installation> FindHomes(string package)
    {
        var tools = Path.Join(package, "tools");
        return !Directory.Exists(tools) ? [] : Directory.EnumerateDirectories(tools, "*", _whatCanBeRead)
            .SelectMany(framework => Directory.EnumerateDirectories(framework, "*", _whatCanBeRead))
            .Select(home => new Installation(home))
            .Where(home => home.Exists);
    }

    private IEnumerable<string> Stores()
    {
        foreach (var home in Homes())
        {
            yield return Path.Join(home, ".dotnet", "tools");
        }

        foreach (var folder in CommandFolders())
        {
            yield return folder;
        }
    }

    /// <summary>The command may lie in an archive that was unpacked, beside the other programs.</summary>
    private IEnumerable<InstalledTool> FindArchives() => CommandFolders()
        .Select(folder => new Installation(Path.GetFullPath(Path.Join(folder, ".."))))
        .Where(home => home.Exists)
        .Select(home => new InstalledTool(ToolVersion.None, home));

    private IEnumerable<string> CommandFolders() => (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Join(folder, Tool))
        .Where(File.Exists)
        .Select(command => Path.GetDirectoryName(LibC.ResolveLinks(command))!);

    private IEnumerable<string> PackageFolders()
    {
        if (environment("NUGET_PACKAGES") is { Length: > 0 } packages)
        {
            yield return packages;
        }

        foreach (var home in Homes())
        {
            yield return Path.Join(home, ".nuget", "packages");
        }
    }

    private IEnumerable<string> Homes() => new[] { environment("DOTNET_CLI_HOME"), userFolder }.OfType<string>().Where(home => home.Length > 0);
}
