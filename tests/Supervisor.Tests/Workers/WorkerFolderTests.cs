using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class WorkerFolderTests : IDisposable
{
    private const int NoProcess = int.MaxValue;

    private readonly TemporaryFolder _parent = new();

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void RemoveStale_ByManyAtOnceLeavesNothingAndFailsForNobody()
    {
        for (var i = 0; i < 500; i++)
        {
            Directory.CreateDirectory(_parent.File($"w-{NoProcess}-{i}"));
        }

        Should.NotThrow(() => Parallel.For(0, 4, _ => WorkerFolder.RemoveStale(_parent.Path, new ProcessTable())));
        Directory.EnumerateFileSystemEntries(_parent.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Create_WithTooLongAPathLeavesNothing()
    {
        var parent = Directory.CreateDirectory(_parent.File(new string('x', 100))).FullName;
        Should.Throw<ArgumentException>(() => WorkerFolder.Create(parent));
        Directory.EnumerateFileSystemEntries(parent).ShouldBeEmpty();
    }

    [Fact]
    public void Dispose_OfAFolderThatIsGoneDoesNothing()
    {
        var folder = WorkerFolder.Create(_parent.Path);
        Directory.Delete(folder.Path, recursive: true);
        folder.Dispose();
        folder.Dispose();
    }
}
