using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class PeakStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("cache/peaks.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_KnowsWhatAnEarlierSupervisorNoted()
    {
        Open().Note("a", 7);

        Open().Find("a").ShouldBe(7);
        Open().Find("b").ShouldBeNull();
        Directory.GetFiles(_folder.File("cache")).ShouldBe([File]);
    }

    [Fact]
    public void Note_KeepsTheHighest()
    {
        var store = Open();
        store.Note("a", 7);
        store.Note("a", 5);
        store.Note("a", 9);
        store.Note("a", 8);

        store.Find("a").ShouldBe(9);
    }

    [Fact]
    public void Note_ForgetsTheOldest()
    {
        var store = Open();
        for (var i = 0; i <= PeakStore.MostEntries; i++)
        {
            store.Note($"key {i}", 1 + i);
        }

        store.Find("key 0").ShouldBeNull();
        store.Find("key 1").ShouldBe(2);
        store.Find($"key {PeakStore.MostEntries}").ShouldBe(1 + PeakStore.MostEntries);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\": 7")]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\": \"seven\", \"b\": -1, \"c\": 1e99}")]
    public void DamagedFile_IsAsGoodAsNone(string text)
    {
        Directory.CreateDirectory(_folder.File("cache"));
        System.IO.File.WriteAllText(File, text);

        Open().Find("a").ShouldBeNull();
        Open().Note("a", 3);

        Open().Find("a").ShouldBe(3);
    }

    [Fact]
    public void UnwritableFile_IsAsGoodAsNone()
    {
        System.IO.File.WriteAllText(_folder.File("cache"), "no folder");

        Open().Note("a", 3);

        Open().Find("a").ShouldBeNull();
    }

    private PeakStore Open() => new(File, NullLogger<PeakStore>.Instance);
}
