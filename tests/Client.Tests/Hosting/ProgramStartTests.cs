using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class ProgramStartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;

    private string Program => Path.Join(_folder, "program");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, true)]
    [InlineData(false, false, false)] // nothing else to run: the error names the file
    public void Create_RunsTheLibraryWhereTheExecutableMayNotRun(bool executable, bool library, bool expected)
    {
        File.WriteAllText(Program, "");
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | (executable ? UnixFileMode.UserExecute : 0));
        if (library)
        {
            File.WriteAllText(Program + ".dll", "");
        }

        var start = ProgramStart.Create(Program, ["--socket", "a b"]);

        start.FileName.ShouldBe(expected ? Path.Join(DotnetFolder.Find(), "dotnet") : Program);
        start.ArgumentList.ShouldBe(expected ? [Program + ".dll", "--socket", "a b"] : ["--socket", "a b"]);
        File.Exists(Path.Join(start.Environment["DOTNET_ROOT"], "dotnet")).ShouldBeTrue();
    }
}
