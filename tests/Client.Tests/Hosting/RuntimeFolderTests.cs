using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class RuntimeFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("lmd").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Open_MakesAFolderForItsOwnerAlone()
    {
        var path = RuntimeFolder.Open(Path.Join(_root, "run"));
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        RuntimeFolder.Open(path).ShouldBe(path);
    }

    [Fact]
    public void Open_RefusesAFolderThatIsOpenToOthers()
    {
        var path = Path.Join(_root, "open");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Should.Throw<SupervisorUnavailableException>(() => RuntimeFolder.Open(path)).Message.ShouldContain("0700");
    }

    [Fact]
    public void Open_RefusesALink()
    {
        var link = Path.Join(_root, "link");
        Directory.CreateSymbolicLink(link, RuntimeFolder.Open(Path.Join(_root, "real")));
        Should.Throw<SupervisorUnavailableException>(() => RuntimeFolder.Open(link)).Message.ShouldContain("no folder");
    }

    [Fact]
    public void Open_RefusesAFile()
    {
        var file = Path.Join(_root, "file");
        File.WriteAllText(file, "");
        Should.Throw<SupervisorUnavailableException>(() => RuntimeFolder.Open(file));
    }
}
