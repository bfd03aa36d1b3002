using System.Diagnostics;
using LmDeploy.Files;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Files;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NamedPipe_IsRefusedAtOnce()
    {
        using var made = Process.Start("mkfifo", _folder.File("config.json"));
        await made.WaitForExitAsync().InTime();

        var reading = Task.Run(() => ModelFile.ReadAll(_folder.File("config.json"), 100));

        (await Should.ThrowAsync<IOException>(() => reading.InTime("nobody writes to the pipe"))).Message.ShouldContain("a named pipe");
    }

    [Theory]
    [InlineData("/dev/zero", "a device")]
    [InlineData("/", "a folder")]
    public void LinkToWhatHasNoEnd_IsRefused(string target, string kind)
    {
        File.CreateSymbolicLink(_folder.File("config.json"), target);
        Should.Throw<IOException>(() => ModelFile.ReadAll(_folder.File("config.json"), 100)).Message.ShouldContain(kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    public void RegularFile_IsReadUpToTheBound(int length)
    {
        File.WriteAllBytes(_folder.File("real"), [.. Enumerable.Range(0, length).Select(i => (byte)i)]);
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("real"));
        ModelFile.ReadAll(_folder.File("link"), 100).ShouldBe(File.ReadAllBytes(_folder.File("real")));
    }

    [Fact]
    public void LargerFile_IsRefused()
    {
        File.WriteAllBytes(_folder.File("real"), new byte[101]);
        Should.Throw<IOException>(() => ModelFile.ReadAll(_folder.File("real"), 100)).Message.ShouldContain("101 bytes or more, at most 100");
    }

    [Fact]
    public void FileThatHidesItsLength_IsBoundedToo()
    {
        // Files of procfs say that they have no bytes.
        Should.Throw<IOException>(() => ModelFile.ReadAll("/proc/self/maps", 100)).Message.ShouldContain("at most 100");
        ModelFile.ReadAll("/proc/self/maps", 1 << 26).Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void MissingFile_IsToldFromOneThatCannotBeRead()
    {
        Should.Throw<FileNotFoundException>(() => ModelFile.ReadAll(_folder.File("none"), 100));
        Should.Throw<FileNotFoundException>(() => ModelFile.ReadAll(_folder.File("none/none"), 100));
    }
}
