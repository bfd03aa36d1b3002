using LmDeploy.Hosting;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class ToolLocatorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("lmd it's ").FullName;
    private readonly Dictionary<string, string> _environment = [];

    private string User => Path.Join(_root, "user");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Find_LooksWhereToolsOfTheUserAre()
    {
        var home = InstallInto(Path.Join(User, ".dotnet", "tools"));
        Find().Home.ShouldBe(home);
    }

    [Fact]
    public void Find_LooksBesideTheCommandOnPath()
    {
        var tools = Path.Join(_root, "some where");
        var home = InstallInto(tools);
        File.WriteAllText(Path.Join(tools, "lmdeploy"), "");
        Directory.CreateDirectory(Path.Join(_root, "bin"));
        File.CreateSymbolicLink(Path.Join(_root, "bin", "lmdeploy"), Path.Join(tools, "lmdeploy"));
        _environment["PATH"] = $"/nowhere::{Path.Join(_root, "bin")}";
        Find().Home.ShouldBe(home);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Find_LooksWhereManifestsRestoreTools(bool named)
    {
        var packages = named ? Path.Join(_root, "packages") : Path.Join(User, ".nuget", "packages");
        _environment["NUGET_PACKAGES"] = named ? packages : "";
        var home = Install(Path.Join(packages, "lmdeploy", "1.0.0", "tools", "net10.0", "any"), Protocol.Version);
        Find().Home.ShouldBe(home);
    }

    [Theory]
    [InlineData("1.0.0", "1.0.0")]
    [InlineData("9.9.9", "1.10.0")]
    public void Find_PrefersItsOwnVersionThenTheLatest(string own, string expected)
    {
        var homes = new[] { "1.2.0", "1.10.0", "1.10.0-rc.1", "1.0.0" }
            .ToDictionary(version => version, version => InstallInto(Path.Join(User, ".dotnet", "tools"), version));
        Find(own).Home.ShouldBe(homes[expected]);
    }

    [Fact]
    public void Find_PassesOverAnotherProtocolAndSaysSo()
    {
        var later = InstallInto(Path.Join(User, ".dotnet", "tools"), "2.0.0", Protocol.Version + 1);
        Should.Throw<SupervisorUnavailableException>(() => Find("2.0.0")).Message.ShouldContain(
            $"The lmdeploy 2.0.0 in {later} speaks another version of the protocol.");
        var earlier = InstallInto(Path.Join(User, ".dotnet", "tools"), "1.0.0");
        Find("2.0.0").Home.ShouldBe(earlier);
    }

    [Fact]
    public void Find_PassesOverWhatIsNoTool()
    {
        Directory.CreateDirectory(Path.Join(User, ".dotnet", "tools", ".store", "lmdeploy", "notes"));
        Directory.CreateDirectory(Path.Join(User, ".dotnet", "tools", ".store", "lmdeploy", "1.0.0"));
        var home = InstallInto(Path.Join(User, ".dotnet", "tools"), "0.5.0");
        Install(Path.Join(User, ".nuget", "packages", "lmdeploy", "0.6.0", "tools", "net10.0", "any"), protocol: null);
        Find().Home.ShouldBe(home);
    }

    [Theory]
    [InlineData("1.0.0-rc.2", "1.0.0-rc.10")]
    [InlineData("1.0.0-rc.10", "1.0.0-rc.x")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    [InlineData("1.9.0", "1.10.0-a")]
    public void Version_ComparesAsSemanticVersionsDo(string earlier, string later)
    {
        ToolVersion.TryParse(earlier)!.CompareTo(ToolVersion.TryParse(later)).ShouldBeLessThan(0);
        ToolVersion.TryParse(later)!.CompareTo(ToolVersion.TryParse(earlier)).ShouldBeGreaterThan(0);
    }

    private static string InstallInto(string tools, string version = "1.0.0", int? protocol = null) =>
        Install(Path.Join(tools, ".store", "lmdeploy", version, "lmdeploy", version, "tools", "net10.0", "any"), protocol ?? Protocol.Version);

    private static string Install(string home, int? protocol)
    {
        File.WriteAllText(Path.Join(Directory.CreateDirectory(Path.Join(home, "supervisor")).FullName, "lmdeploy-supervisor.dll"), "");
        if (protocol is { } number)
        {
            File.WriteAllText(Path.Join(home, "protocol"), $"{number}\n");
        }

        return home;
    }

    private Installation Find(string own = "1.0.0")
    {
        var application = Directory.CreateDirectory(Path.Join(_root, "application", "bin")).FullName;
        return Installation.Find(null, application, new ToolLocator(_environment.GetValueOrDefault, User, own));
    }
}
