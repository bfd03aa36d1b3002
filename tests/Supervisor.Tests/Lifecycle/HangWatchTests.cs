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
    private readonly HangWatch _watch;

    public HangWatchTests()
    {
        _process = new FakeWorkerProcess(_time);
        _worker = new WorkerInstance(WorkerFolder.Create(_folder.Path), _process, "", 0);
        _watch = new HangWatch(_worker, Timeout, _time);
    }

    [Fact]
    public void SilentWorker_IsKilled()
    {
        Pass(Timeout + Tick, beats: false);

        _worker.KilledFor.ShouldBe(WorkerFailureKind.Hung);
        _worker.KilledBecause.ShouldNotBeNull().ShouldContain("hang_timeout_ms");
        _process.Done.ShouldContain("kill");
    }

    [Fact]
    public void FrozenWorker_IsKilledAsOne()
    {
        _process.IsFrozen = true;
        Pass(Timeout + Tick, beats: false);

        _worker.KilledFor.ShouldBe(WorkerFailureKind.Stopped);
    }

    [Fact]
    public void StepWithoutProgress_IsKilled_ThoughTheHeartBeats()
    {
        _worker.Folder.Flight.Begin(7, [1]);
        Pass(Timeout + Tick + Tick, beats: true);

        _worker.KilledFor.ShouldBe(WorkerFailureKind.Hung);
        _worker.KilledBecause.ShouldNotBeNull().ShouldContain("step 7");
    }

    [Fact]
    public void LongStepWithProgress_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(1, [1]);
        Pass(Timeout * 5, beats: true, _worker.Folder.Flight.Advance);

        _worker.KilledFor.ShouldBeNull();
    }

    [Fact]
    public void SlowLoad_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(0, []);
        Pass(Timeout * 5, beats: true);

        _worker.KilledFor.ShouldBeNull();
    }

    [Fact]
    public void IdleWorker_IsLeftAlone()
    {
        _worker.Folder.Flight.Begin(9, [1]);
        _worker.Folder.Flight.Rest();
        Pass(Timeout * 5, beats: true);

        _worker.KilledFor.ShouldBeNull();
    }

    [Fact]
    public async Task Run_LooksUntilTheWorkerIsKilled()
    {
        var running = _watch.RunAsync();
        await Deadline.UntilAsync(
            () =>
            {
                _time.Advance(Tick);
                return running.IsCompleted;
            },
            "the watch to end");

        _worker.KilledFor.ShouldBe(WorkerFailureKind.Hung);
    }

    [Fact]
    public async Task Exit_EndsTheWatch()
    {
        var running = _watch.RunAsync();
        _process.Exit(0);

        await running.InTime();
        _worker.KilledFor.ShouldBeNull();
    }

    public void Dispose()
    {
        _process.Exit(0);
        _worker.Folder.Dispose();
        _worker.Folder.Flight.Dispose();
        _folder.Dispose();
    }

    /// <summary>Turns the clock, and has the watch look after each tick.</summary>
    private void Pass(TimeSpan time, bool beats, Action? progress = null)
    {
        for (var passed = TimeSpan.Zero; passed < time && _worker.KilledFor is null; passed += Tick)
        {
            if (beats)
            {
                _worker.Folder.Flight.Beat();
            }

            progress?.Invoke();
            _time.Advance(Tick);
            _watch.Look();
        }
    }
}
