using LmDeploy.Hosting;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class SupervisorRemainsTests : IDisposable
{
    private const int NoProcess = int.MaxValue;

    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;
    private readonly string _socket;

    public SupervisorRemainsTests()
    {
        _socket = Path.Join(_folder, "s.sock");
        foreach (var file in new[] { _socket, _socket + ".lock", _socket + ".log" })
        {
            File.WriteAllText(file, "");
        }

        Directory.CreateDirectory(Path.Join(_folder, $"w-{NoProcess}-1"));
        Directory.CreateDirectory(Path.Join(_folder, $"w-{Environment.ProcessId}-1"));
    }

    private IEnumerable<string?> Left => Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Remove_LeavesTheLogAndWhatIsOfTheLiving()
    {
        SupervisorRemains.Remove(_socket);
        Left.ShouldBe(["s.sock.log", $"w-{Environment.ProcessId}-1"], ignoreOrder: true);
    }

    [Fact]
    public void Remove_TakesTheLogOfASocketThatIsNotUsedAgain()
    {
        SupervisorRemains.Remove(_socket, andLog: true);
        Left.ShouldBe([$"w-{Environment.ProcessId}-1"]);
    }

    [Theory]
    [InlineData(".lock")]
    [InlineData(".log")]
    public void Remove_DoesNothingWhileASupervisorRunsOrStarts(string locked)
    {
        using (new FileStream(_socket + locked, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            SupervisorRemains.Remove(_socket, andLog: true);
        }

        Left.Count().ShouldBe(5);
    }
}
