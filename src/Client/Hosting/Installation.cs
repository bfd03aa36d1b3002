using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>The folder that LmDeploy's programs lie in, each in a folder of its own.</summary>
/// <param name="Home">The folder, without links.</param>
[SupportedOSPlatform("linux")]
internal sealed record Installation(string Home)
{
    private const string Supervisor = "lmdeploy-supervisor";

    /// <summary>The folder beside an application that the package LmDeploy.Runtime puts the programs into.</summary>
    private const string BesideApplication = "lmdeploy";

    /// <summary>The supervisor's executable.</summary>
    public string SupervisorPath => Path.Join(Home, "supervisor", Supervisor);

    /// <summary>Whether it has a supervisor.</summary>
    public bool Exists => File.Exists(SupervisorPath) || File.Exists(SupervisorPath + ".dll");

    /// <summary>
    /// Looks in LMDEPLOY_HOME and nowhere else, or else in the application's folder, its folder <c>lmdeploy</c>, the folder above, and where the
    /// <c>lmdeploy</c> tool is installed.
    /// </summary>
    /// <exception cref="SupervisorUnavailableException">The supervisor is in none of them.</exception>
    public static Installation Find() => Find(Environment.GetEnvironmentVariable("LMDEPLOY_HOME"), AppContext.BaseDirectory, ToolLocator.ForThisProcess);

    /// <inheritdoc cref="Find()"/>
    public static Installation Find(string? home, string applicationFolder, ToolLocator tools)
    {
        if (home is { Length: > 0 })
        {
            return At(home);
        }

        Installation[] beside =
            [new(applicationFolder), new(Path.Join(applicationFolder, BesideApplication)), new(Path.GetFullPath(Path.Join(applicationFolder, "..")))];
        var installed = beside.Any(place => place.Exists) ? [] : tools.Find();
        return (beside.FirstOrDefault(place => place.Exists) ?? installed.FirstOrDefault(tool => tool.IsCompatible)?.Installation)?.WithoutLinks()
            ?? throw NotFound(beside, tools, installed);
    }

    /// <summary>The one in a folder that was named.</summary>
    /// <exception cref="SupervisorUnavailableException">The supervisor is not there.</exception>
    public static Installation At(string home)
    {
        var named = new Installation(Path.GetFullPath(home));
        return named.Exists ? named.WithoutLinks() : throw new SupervisorUnavailableException(
            ErrorCodes.SupervisorUnavailable,
            $"There is no {named.SupervisorPath}. LMDEPLOY_HOME and SupervisorOptions.Home name the folder that holds supervisor/ and worker/; "
            + "without them the lmdeploy tool is looked for.",
            named.SupervisorPath);
    }

    /// <summary>Twelve hexadecimal digits that differ between checkouts, builds and protocol versions.</summary>
    public string GetKey()
    {
        var library = new FileInfo(SupervisorPath + ".dll");
        var file = library.Exists ? library : new FileInfo(SupervisorPath);
        var identity = string.Create(CultureInfo.InvariantCulture, $"{Home}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{Protocol.Version}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..12];
    }

    private Installation WithoutLinks() => new(LibC.ResolveLinks(Home));

    private static SupervisorUnavailableException NotFound(Installation[] beside, ToolLocator tools, IReadOnlyList<InstalledTool> incompatible) => new(
        ErrorCodes.SupervisorUnavailable,
        $"LmDeploy's programs were not found. Install them: dotnet tool install --global lmdeploy --version {tools.OwnVersion}\n"
        + "Or have the application bring them: dotnet add package LmDeploy.Runtime\n"
        + $"Looked for {string.Join(", ", beside.Select(place => place.SupervisorPath))}, and for the tool "
        + $"{(tools.Folders is { Count: > 0 } folders ? $"in {string.Join(", ", folders)}" : "nowhere, as this user has no home")}."
        + string.Concat(incompatible.Select(tool => $" The lmdeploy {tool.Version} in {tool.Installation.Home} speaks another version of the protocol."))
        + " LMDEPLOY_HOME may name another folder that holds supervisor/ and worker/.");
}
