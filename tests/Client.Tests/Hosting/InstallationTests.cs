using LmDeploy.Hosting;
using LmDeploy.Transport;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class InstallationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("lmd").FullName;

    private ToolLocator NoTools => new(_ => null, Path.Join(_root, "nobody"), "1.2.3");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Find_LooksBesideTheApplicationAndAbove()
    {
        Install(_root);
        var application = Directory.CreateDirectory(Path.Join(_root, "cli")).FullName;
        Installation.Find(null, _root, NoTools).Home.ShouldBe(_root);
        Installation.Find(null, application, NoTools).Home.ShouldBe(_root);
    }

    [Fact]
    public void Find_LooksWhereTheRuntimePackagePutsThem()
    {
        Install(_root);
        var application = Path.Join(_root, "app");
        Install(Path.Join(application, "lmdeploy"));
        Installation.Find(null, application, NoTools).Home.ShouldBe(Path.Join(application, "lmdeploy"));
        Installation.Find(null, application + "/", NoTools).Home.ShouldBe(Path.Join(application, "lmdeploy"));
    }

    [Fact]
    public void Find_SaysWhereItLookedAndWhatMendsIt()
    {
        var e = Should.Throw<SupervisorUnavailableException>(() => Installation.Find(null, _root, NoTools));
        e.Message.ShouldContain(Path.Join(_root, "supervisor", "lmdeploy-supervisor"));
        e.Message.ShouldContain(Path.Join(_root, "nobody", ".dotnet", "tools", ".store", "lmdeploy"));
        e.Message.ShouldContain(Path.Join(_root, "nobody", ".nuget", "packages", "lmdeploy"));
        e.Message.ShouldContain("dotnet tool install --global lmdeploy --version 1.2.3");
        e.Message.ShouldContain("dotnet add package LmDeploy.Runtime");
        e.Message.ShouldContain("LMDEPLOY_HOME");
    }

    [Fact]
    public void Find_ANamedHomeIsTheOnlyOne()
    {
        Install(_root);
        Should.Throw<SupervisorUnavailableException>(() => Installation.Find(Path.Join(_root, "other"), _root, NoTools)).Message.ShouldContain("LMDEPLOY_HOME");
    }

    [Fact]
    public void GetKey_DiffersBetweenFoldersAndBuilds()
    {
        Install(Path.Join(_root, "a"));
        Install(Path.Join(_root, "b"));
        var key = new Installation(Path.Join(_root, "a")).GetKey();
        key.ShouldMatch("^[0-9a-f]{12}$");
        new Installation(Path.Join(_root, "a")).GetKey().ShouldBe(key);
        new Installation(Path.Join(_root, "b")).GetKey().ShouldNotBe(key);
        File.SetLastWriteTimeUtc(Path.Join(_root, "a", "supervisor", "lmdeploy-supervisor.dll"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        new Installation(Path.Join(_root, "a")).GetKey().ShouldNotBe(key);
    }

    [Fact]
    public void Find_ResolvesLinks()
    {
        Install(Path.Join(_root, "real"));
        Directory.CreateSymbolicLink(Path.Join(_root, "link"), Path.Join(_root, "real"));
        Installation.Find(Path.Join(_root, "link"), _root, NoTools).Home.ShouldBe(Path.Join(_root, "real"));
    }

    [Fact]
    public void CheckPath_RefusesWhatDoesNotFitASocket()
    {
        UnixSocket.CheckPath(new string('a', 107)).Length.ShouldBe(107);
        Should.Throw<SupervisorUnavailableException>(() => UnixSocket.CheckPath(new string('a', 108))).Message.ShouldContain("LMDEPLOY_RUNTIME_DIR");
    }

    private static void Install(string home)
    {
        var folder = Directory.CreateDirectory(Path.Join(home, "supervisor")).FullName;
        File.WriteAllText(Path.Join(folder, "lmdeploy-supervisor"), "");
        File.WriteAllText(Path.Join(folder, "lmdeploy-supervisor.dll"), "");
    }
}
