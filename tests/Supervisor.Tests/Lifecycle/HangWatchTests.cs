using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class HangWatchTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeWorkerProcess _process;
    private readonly WorkerInstance _worker;
    private readonly Task _watch;

    public HangWatchTests()
    {
        _process = new FakeWorkerProcess(_time);
        _worker = new WorkerInstance(WorkerFolder.Create(_folder.Path), _process, "", 0);
        _watch = new HangWatch(_worker, Timeout, _time).RunAsync();
    }

    [Fact]
    public async Task SilentWorker_IsCondemned()
    {
        await PassAsync(Timeout + Tick, beats: false);

        _worker.CondemnedFor.ShouldBe(FailureKinds.Hung);
        _worker.CondemnedBecause.ShouldNotBeNull().ShouldContain("hang_timeout_ms");
        _process.Done.ShouldContain("kill");
        await _watch.InTime();
    }

    [Fact]
    public async Task FrozenWorker_IsCondemnedAsOne()
    {
        _process.IsFrozen = true;
        await PassAsync(Timeout + Tick, beats: false);

        _worker.CondemnedFor.ShouldBe(FailureKinds.Stopped);
    }

    [Fact]
    public async Task StepWithoutProgress_IsCondemned_ThoughTheHeartBeats()
    {
        _worker.Folder.Flight.Begin(7, [1]);
        await PassAsync(Timeout + Tick + Tick, beats: true);

        _worker.CondemnedFor.ShouldBe(FailureKinds.Hung);
        _worker.CondemnedBecause.ShouldNotBeNull().ShouldContain("step 7");
    }

    [Fact]
    public async Task LongStepWithProgress_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(1, [1]);
        await PassAsync(Timeout * 5, beats: true, _worker.Folder.Flight.Advance);

        _worker.CondemnedFor.ShouldBeNull();
    }

    [Fact]
    public async Task SlowLoad_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(0, []);
        await PassAsync(Timeout * 5, beats: true);

        _worker.CondemnedFor.ShouldBeNull();
    }

    [Fact]
    public async Task IdleWorker_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(9, [1]);
        _worker.Folder.Flight.Rest();
        await PassAsync(Timeout * 5, beats: true);

        _worker.CondemnedFor.ShouldBeNull();
    }

    [Fact]
    public async Task Exit_EndsTheWatch()
    {
        _process.Exit(0);

        await _watch.InTime();
        _worker.CondemnedFor.ShouldBeNull();
    }

    public void Dispose()
    {
        _process.Exit(0);
        _worker.Folder.Dispose();
        _worker.Folder.Flight.Dispose();
        _folder.Dispose();
    }

    /// <summary>Turns the clock, and lets the watch look after each tick.</summary>
    private async Task PassAsync(TimeSpan time, bool beats, Action? progress = null)
    {
        for (var passed = TimeSpan.Zero; passed < time && !_watch.IsCompleted; passed += Tick)
        {
            if (beats)
            {
                _worker.Folder.Flight.Beat();
            }

            progress?.Invoke();
            _time.Advance(Tick);
            await Task.Yield();
        }
    }
}
