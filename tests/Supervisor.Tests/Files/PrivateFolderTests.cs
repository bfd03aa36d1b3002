using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Files;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Files;

public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ensure_MakesAPrivateFolderAndAcceptsIt()
    {
        PrivateFolder.Ensure(_folder.File("new"));
        File.GetUnixFileMode(_folder.File("new")).ShouldBe(OwnerOnly);
        Should.NotThrow(() => PrivateFolder.Ensure(_folder.File("new")));
    }

    [Fact]
    public void Ensure_RefusesAFolderOthersMayEnter_AndLeavesItAlone()
    {
        Directory.CreateDirectory(_folder.File("open"));
        File.SetUnixFileMode(_folder.File("open"), OwnerOnly | UnixFileMode.OtherExecute);

        Should.Throw<SupervisorException>(() => PrivateFolder.Ensure(_folder.File("open"))).Message.ShouldContain("0700");

        File.GetUnixFileMode(_folder.File("open")).ShouldBe(OwnerOnly | UnixFileMode.OtherExecute);
    }

    [Fact]
    public void Ensure_RefusesALink()
    {
        Directory.CreateDirectory(_folder.File("real"));
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("real"));

        Should.Throw<SupervisorException>(() => PrivateFolder.Ensure(_folder.File("link"))).Message.ShouldContain("links are not followed");
    }
}
