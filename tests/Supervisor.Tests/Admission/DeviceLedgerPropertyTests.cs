using CsCheck;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Admission;

/// <summary>Whatever three supervisors do in whatever order, no byte is promised twice and nothing stays behind.</summary>
public sealed class DeviceLedgerPropertyTests
{
    private const int Supervisors = 3;
    private const long Total = 1000;

    private static readonly Gen<Act[]> Acts = Gen.Select(Gen.Int[0, 4], Gen.Int[0, Supervisors - 1], Gen.Long[1, 600], Gen.Int[0, 1000])
        .Select((kind, who, bytes, which) => new Act(kind, who, bytes, which)).Array[0, 40];

    [Fact]
    public Task Promises_NeverExceedWhatThereIsAndLeaveNothing() => Acts.SampleAsync(RunAsync, iter: 200, threads: 1);

    private static async Task RunAsync(Act[] acts)
    {
        using var folder = new TemporaryFolder();
        using var processes = new FakeProcesses();
        var file = folder.File("memory-host");
        var ledgers = Enumerable.Range(1, Supervisors).Select(pid => Open(file, pid, processes)).ToArray();
        var given = ledgers.Select(_ => new List<Promise>()).ToArray();
        var held = new Dictionary<ProcessIdentity, long>();
        var births = 7;
        foreach (var act in acts)
        {
            var (ledger, own) = (ledgers[act.Who], given[act.Who]);
            switch (act.Kind)
            {
                case 0:
                    // As admission does it: a reading from before, and the promises there are now.
                    var reading = new DeviceReading(
                        "host", Total, Total - held.Values.Sum(), await ledger.ReadAsync(), new Dictionary<ProcessIdentity, long>(held));
                    if (await ledger.TryAddAsync(all => new MemoryNeed(act.Bytes, act.Bytes, act.Bytes, 0).Grant(reading.FreeBeside(all))) is { } promise)
                    {
                        own.Add(promise);
                    }

                    break;
                case 1 when own.Count > 0:
                    var ended = own[act.Which % own.Count];
                    own.Remove(ended);
                    held.Remove(ended.Worker);
                    await ledger.RemoveAsync(ended.Number);
                    break;
                case 2 when own.Count > 0:
                    // Its worker is there, and takes some of it.
                    var index = act.Which % own.Count;
                    var worker = new ProcessIdentity(1000 + (act.Who * 100) + own[index].Number, 1);
                    own[index] = own[index] with { Worker = worker };
                    held[worker] = Math.Min(own[index].Bytes, held.GetValueOrDefault(worker) + act.Bytes);
                    await ledger.UpdateAsync(own[index].Number, one => one with { Worker = worker });
                    break;
                case 3:
                    // Killed, with all its workers, and started again.
                    own.ForEach(one => held.Remove(one.Worker));
                    own.Clear();
                    processes.End(act.Who + 1);
                    ledgers[act.Who] = Open(file, act.Who + 1, processes, startTicks: ++births);
                    break;
            }

            var promises = await ledgers[0].ReadAsync();
            promises.Sum(one => one.Bytes).ShouldBeLessThanOrEqualTo(Total);
            promises.ShouldBe(given.SelectMany(one => one), ignoreOrder: true);
        }

        for (var who = 0; who < Supervisors; who++)
        {
            foreach (var promise in given[who])
            {
                await ledgers[who].RemoveAsync(promise.Number);
            }
        }

        (await ledgers[0].ReadAsync()).ShouldBeEmpty();
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    private static DeviceLedger Open(string file, int pid, FakeProcesses processes, long startTicks = 7) =>
        new(file, processes.Start(pid, startTicks: startTicks), processes.Table, TimeProvider.System, NullLogger.Instance);

    private sealed record Act(int Kind, int Who, long Bytes, int Which);
}
