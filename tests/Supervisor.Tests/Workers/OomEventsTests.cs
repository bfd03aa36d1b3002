using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class OomEventsTests
{
    private static readonly ProcessIdentity Worker = new(4711, StartTicks: 50_000); // 500 s after boot

    [Theory]
    [InlineData("3,1203,600000000,-;Out of memory: Killed process 4711 (lmdeploy-worker) total-vm:1kB, anon-rss:1kB", true)]
    [InlineData("3,1203,600000000,-;Memory cgroup out of memory: Killed process 4711 (a b) total-vm:1kB", true)]
    [InlineData("3,1203,499000000,-;Out of memory: Killed process 4711 (lmdeploy-worker) total-vm:1kB", true)]
    [InlineData("3,1203,100000000,-;Out of memory: Killed process 4711 (another one) total-vm:1kB", false)]
    [InlineData("3,1203,600000000,-;Out of memory: Killed process 47110 (python) total-vm:1kB", false)]
    [InlineData("6,1203,600000000,-;process 4711 was not killed", false)]
    [InlineData("nonsense", false)]
    [InlineData("", false)]
    public void WasKilled_ReadsTheKernelsLog(string record, bool killed)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("kmsg"), record);
        var events = new OomEvents(controller: null, folder.File("kmsg"));

        events.WasKilled(Worker, events.Mark()).ShouldBe(killed);
    }

    [Fact]
    public void WasKilled_IsUnknownWhereTheKernelSaysNothing()
    {
        var events = new OomEvents(controller: null, "/there/is/no/log");

        events.WasKilled(Worker, events.Mark()).ShouldBeNull();
    }
}
