using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class WorkerProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Executable => _folder.File("lmdeploy-worker");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void At_RunsTheExecutable()
    {
        Write(UnixFileMode.UserRead | UnixFileMode.UserExecute);
        WorkerProgram.At(Executable).ShouldNotBeNull().File.ShouldBe(Executable);
    }

    [Fact]
    public void At_RunsTheLibraryWhereTheExecutableMayNotRun()
    {
        Write(UnixFileMode.UserRead);
        WorkerProgram.At(Executable).ShouldBeNull("there is nothing else to run");
        File.WriteAllText(Executable + ".dll", "");

        var program = WorkerProgram.At(Executable).ShouldNotBeNull();

        Path.GetFileName(program.File).ShouldBe("dotnet");
        File.Exists(program.File).ShouldBeTrue();
        program.Arguments.ShouldBe([Executable + ".dll"]);
    }

    private void Write(UnixFileMode mode)
    {
        File.WriteAllText(Executable, "");
        File.SetUnixFileMode(Executable, mode);
    }
}
