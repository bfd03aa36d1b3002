using LmDeploy.Supervisor.Logs;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Logs;

public sealed class WorkerLogTests
{
    private readonly WorkerLog _log = new(new FakeTimeProvider(), capacity: 3);

    [Fact]
    public async Task ReadAsync_KeepsTheLastLines()
    {
        foreach (var text in new[] { "a", "b", "c", "d", "e" })
        {
            _log.Add(LogSource.Stdout, text);
        }

        (await TextsAsync(null)).ShouldBe(["c", "d", "e"]);
        (await TextsAsync(2)).ShouldBe(["d", "e"]);
        (await TextsAsync(0)).ShouldBeEmpty();
        (await TextsAsync(99)).ShouldBe(["c", "d", "e"]);
    }

    [Fact]
    public void Last_LooksAtOneSource()
    {
        _log.Add(LogSource.Stderr, "a");
        _log.Add(LogSource.Stdout, "b");
        _log.Add(LogSource.Stderr, "c");

        _log.Last(5, LogSource.Stderr).ShouldBe(["a", "c"]);
        _log.Last(1, LogSource.Stderr).ShouldBe(["c"]);
    }

    [Fact]
    public async Task ReadAsync_FollowsUntilTheEnd()
    {
        _log.Add(LogSource.Stdout, "a");
        var lines = _log.ReadAsync(null, follow: true, CancellationToken.None).GetAsyncEnumerator();
        (await lines.MoveNextAsync().AsTask().InTime()).ShouldBeTrue();
        var next = lines.MoveNextAsync().AsTask();
        next.IsCompleted.ShouldBeFalse();

        _log.Add(LogSource.Stdout, "b");
        (await next.InTime()).ShouldBeTrue();
        lines.Current.Text.ShouldBe("b");
        _log.Complete();

        (await lines.MoveNextAsync().AsTask().InTime()).ShouldBeFalse();
    }

    [Fact]
    public async Task ReadAsync_SlowFollowerSkipsWhatWasDropped()
    {
        _log.Add(LogSource.Stdout, "a");
        var lines = _log.ReadAsync(null, follow: true, CancellationToken.None).GetAsyncEnumerator();
        await lines.MoveNextAsync().AsTask().InTime();
        foreach (var text in new[] { "b", "c", "d", "e" })
        {
            _log.Add(LogSource.Stdout, text);
        }

        await lines.MoveNextAsync().AsTask().InTime();
        lines.Current.Text.ShouldBe("c");
    }

    [Fact]
    public async Task Log_OfAWorkerThatNeverStops_HasABound()
    {
        var log = new WorkerLog(new FakeTimeProvider());
        for (var i = 0; i < 3 * WorkerLog.DefaultCapacity; i++)
        {
            log.Add(LogSource.Stdout, $"{i}");
        }

        var kept = await log.ReadAsync(null, follow: false, CancellationToken.None).Select(line => line.Text).ToListAsync();

        kept.Count.ShouldBe(WorkerLog.DefaultCapacity);
        kept[^1].ShouldBe($"{(3 * WorkerLog.DefaultCapacity) - 1}");
    }

    private async Task<List<string>> TextsAsync(int? last) =>
        await _log.ReadAsync(last, follow: false, CancellationToken.None).Select(line => line.Text).ToListAsync();
}
