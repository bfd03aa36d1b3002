using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class BenchReclaimCommandTests : CommandTestBase
{
    [Fact]
    public async Task Reclaim_DisposesAndKillsInTurn_AndSumsUp()
    {
        using var victims = new Victims();
        var opened = 0;
        Fake.OnHold = async holding =>
        {
            var pid = victims.Start();
            await holding.SendAsync(
                new V1.HoldEvent { Ready = new V1.PipelineReady { Key = "key", Id = "p", WorkerPid = pid, Model = new V1.ModelInfo { SessionLen = 64 } } });
            await holding.WaitForHalfCloseAsync();
            await holding.SendAsync(new V1.HoldEvent { Released = new V1.ReclaimReceipt
            {
                Verdict = V1.ReclaimVerdict.Reclaimed,
                HeldBytes = 1000,
                Time = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(10 * ++opened)),
                ExitTime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)),
            } });
        };
        (await RunAsync("bench", "reclaim", "model", "--rounds", "3", "--json", PathOf("o.json"))).ShouldBe(0);

        Enumerable.Range(0, 6).Select(i => victims.IsKilled(i, shouldBe: i % 2 == 1)).ShouldBe([false, true, false, true, false, true]);
        Fake.Opened.Select(open => open.Supervision.MaxRestarts).ShouldBe([5, 0, 5, 0, 5, 0]);
        using var json = JsonDocument.Parse(File.ReadAllText(PathOf("o.json")));
        var figures = json.RootElement.GetProperty("figures").EnumerateArray().ToList();
        figures.Take(6).Select(row => (row.GetProperty("round").GetInt32(), row.GetProperty("killed").GetInt32(), row.GetProperty("milliseconds").GetDouble()))
            .ShouldBe([(1, 0, 10), (1, 1, 20), (2, 0, 30), (2, 1, 40), (3, 0, 50), (3, 1, 60)]);
        figures.Skip(6).Select(row => (
            row.GetProperty("milliseconds_min").GetDouble(),
            row.GetProperty("milliseconds_median").GetDouble(),
            row.GetProperty("milliseconds_max").GetDouble()))
            .ShouldBe([(10, 30, 50), (20, 40, 60)]);
    }

    [Fact]
    public async Task Reclaim_RefusesNoRounds() => (await RunAsync("bench", "reclaim", "model", "--rounds", "0")).ShouldBe(2);

    /// <summary>Processes that stand for workers.</summary>
    private sealed class Victims : IDisposable
    {
        private readonly List<Process> _processes = [];

        /// <summary>Waits a while for what is to be.</summary>
        public bool IsKilled(int index, bool shouldBe) => shouldBe ? _processes[index].WaitForExit(TimeSpan.FromSeconds(20)) : _processes[index].HasExited;

        public int Start()
        {
            _processes.Add(Process.Start(new ProcessStartInfo("sleep", "600"))!);
            return _processes[^1].Id;
        }

        public void Dispose()
        {
            foreach (var process in _processes)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }
}
