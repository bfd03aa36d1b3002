using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Workers.MemoryLimits;

public sealed class MemoryLimitTests : IDisposable
{
    private const long Limit = 100 << 20;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _proc = new();
    private readonly FakeWorkerProcess _process;
    private readonly WorkerInstance _worker;

    public MemoryLimitTests()
    {
        _process = new FakeWorkerProcess(_time);
        _worker = new WorkerInstance(WorkerFolder.Create(_folder.Path), _process, "token", started: 0);
    }

    public void Dispose()
    {
        _worker.Folder.Dispose();
        _folder.Dispose();
        _proc.Dispose();
    }

    [Fact]
    public async Task WorkerAboveTheLimit_IsKilled()
    {
        SetMemory(anonymous: 60 << 10, shared: 10 << 10);
        await using var limit = new MemoryLimit(_worker, Limit, null, new ProcessTable(_proc.Path), _time);
        _time.Advance(Look);
        _worker.KilledFor.ShouldBeNull();

        SetMemory(anonymous: 95 << 10, shared: 10 << 10);

        await Deadline.UntilAsync(
            () =>
            {
                _time.Advance(Look);
                return _worker.KilledFor is not null;
            },
            "the worker above its limit is killed");
        _worker.KilledFor.ShouldBe(WorkerFailureKind.MemoryLimit);
        _worker.KilledBecause.ShouldNotBeNull().ShouldContain("memory_limit_bytes, 104857600 (110100480 bytes were seen)");
        _process.Done.ShouldBe(["kill"]);
    }

    [Fact]
    public async Task WorkerThatCannotBeWatched_IsKilled()
    {
        const string NoPath = "\0";
        await using var limit = new MemoryLimit(_worker, Limit, null, new ProcessTable(NoPath), _time);

        await Deadline.UntilAsync(() => _worker.KilledFor is not null, "the worker is killed");
        _worker.KilledFor.ShouldBe(WorkerFailureKind.Killed);
        _worker.KilledBecause.ShouldNotBeNull().ShouldContain("memory_limit_bytes, 104857600, any longer");
        _process.Done.ShouldBe(["kill"]);
    }

    [Fact]
    public async Task PagesOfFiles_AreNotTheWorkers()
    {
        SetMemory(anonymous: 60 << 10, shared: 0, file: 900 << 10);
        await using var limit = new MemoryLimit(_worker, Limit, null, new ProcessTable(_proc.Path), _time);

        for (var looks = 0; looks < 10; looks++)
        {
            _time.Advance(Look);
        }

        _process.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Verdict_IsThatTheKernelKilledItInTheGroup(int kills, bool isHit)
    {
        var group = MemoryGroup.Create(_folder.File("group"), Limit, isUnified: true);
        File.WriteAllText(Path.Combine(group.Path, "memory.events"), $"oom_kill {kills}\n");
        var limit = new MemoryLimit(_worker, Limit, group, new ProcessTable(_proc.Path), _time);
        _process.Exit(137);

        (limit.Verdict is not null).ShouldBe(isHit);
        Directory.Delete(group.Path, recursive: true);
        await limit.DisposeAsync();
    }

    [Fact]
    public void KillFor_KeepsTheFirstReason()
    {
        _worker.KillFor(WorkerFailureKind.Hung, "it hung");
        _worker.KillFor(WorkerFailureKind.MemoryLimit, "it took too much");

        _worker.KilledFor.ShouldBe(WorkerFailureKind.Hung);
        _worker.KilledBecause.ShouldBe("it hung");
    }

    private void SetMemory(int anonymous, int shared, int file = 0)
    {
        var folder = Directory.CreateDirectory(_proc.File("4711")).FullName;
        File.WriteAllText(Path.Combine(folder, "stat"), "4711 (w) S 1 4711 4711 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0");
        File.WriteAllText(
            Path.Combine(folder, "status"), $"VmRSS:\t{anonymous + shared + file} kB\nRssAnon:\t{anonymous} kB\nRssFile:\t{file} kB\nRssShmem:\t{shared} kB\n");
    }
}
