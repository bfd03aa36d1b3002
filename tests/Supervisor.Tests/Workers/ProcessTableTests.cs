using System.Globalization;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class ProcessTableTests : IDisposable
{
    private readonly TemporaryFolder _proc = new();
    private readonly ProcessTable _processes;

    public ProcessTableTests() => _processes = new ProcessTable(_proc.Path);

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Find_ReadsNamesWithSpacesAndParentheses()
    {
        Add(10, parent: 1, session: 10, start: 500, name: "a) R 1 (b");

        _processes.Find(10).ShouldBe(new ProcessRecord(new ProcessIdentity(10, 500), 'S', 1, 10, 10));
        _processes.Find(11).ShouldBeNull();
    }

    [Fact]
    public void IsRunning_TellsAStrangerWithTheSameNumber()
    {
        Add(10, parent: 1, session: 10, start: 500);

        _processes.IsRunning(new ProcessIdentity(10, 500)).ShouldBeTrue();
        _processes.IsRunning(new ProcessIdentity(10, 400)).ShouldBeFalse();
    }

    [Fact]
    public void IsRunning_AZombieDoesNot()
    {
        Add(10, parent: 1, session: 10, start: 500, state: 'Z');

        _processes.IsRunning(new ProcessIdentity(10, 500)).ShouldBeFalse();
    }

    [Fact]
    public void FindTree_FindsSessionMembersAndDescendants()
    {
        Add(10, parent: 1, session: 10, start: 500);
        Add(11, parent: 10, session: 10, start: 501);
        Add(12, parent: 1, session: 10, start: 502); // Its parent has died.
        Add(13, parent: 11, session: 13, start: 503); // It made a session of its own.
        Add(14, parent: 1, session: 14, start: 504); // A stranger.
        Add(9, parent: 10, session: 10, start: 100); // Older than the leader: not of its family.

        _processes.FindTree(new ProcessIdentity(10, 500)).Select(member => member.Pid).Order().ShouldBe([10, 11, 12, 13]);
    }

    [Fact]
    public void FindTree_AnotherLeaderOfTheSameNumberHasNoFamilyHere()
    {
        Add(10, parent: 1, session: 10, start: 500);

        _processes.FindTree(new ProcessIdentity(10, 400)).ShouldBeEmpty();
    }

    [Fact]
    public void ReadMemory_ReadsResidentAndPeak()
    {
        Add(10, parent: 1, session: 10, start: 500);

        _processes.ReadMemory(new ProcessIdentity(10, 500)).ShouldBe(new ProcessMemory(2048, 4096));
        _processes.ReadMemory(new ProcessIdentity(10, 1)).ShouldBe(default);
    }

    private void Add(int pid, int parent, int session, long start, char state = 'S', string name = "worker")
    {
        var folder = Directory.CreateDirectory(_proc.File(pid.ToString(CultureInfo.InvariantCulture))).FullName;
        File.WriteAllText(Path.Combine(folder, "stat"), $"{pid} ({name}) {state} {parent} {session} {session} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0");
        File.WriteAllText(Path.Combine(folder, "status"), "Name:\tworker\nVmHWM:\t       4 kB\nVmRSS:\t       2 kB\n");
    }
}
