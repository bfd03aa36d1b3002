using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class AdmissionLaneTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakePool _pool = new();
    private readonly FakeEvictor _evictor = new();
    private readonly OwnerMemory _owners = new();
    private readonly PeakStore _peaks;
    private readonly DeviceLedgers _ledgers;
    private readonly AdmissionLane _lane;
    private int _told;

    public AdmissionLaneTests()
    {
        _peaks = new PeakStore(_folder.File("cache/peaks.json"), NullLogger<PeakStore>.Instance);
        _ledgers = new DeviceLedgers(_folder.File("run"), new ProcessTable(), _time, NullLogger<DeviceLedgers>.Instance);
        _lane = new AdmissionLane(_pool, _ledgers, _owners, _peaks, new Lazy<IEvictor>(_evictor), _time);
    }

    private string[] Ledgers => Directory.GetFiles(_folder.File("run"));

    public void Dispose()
    {
        _lane.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task AcquireAsync_PromisesWhatFitsAtOnce()
    {
        var reservation = await AcquireAsync("one", 600);

        reservation.Bytes.ShouldBe(600);
        reservation.Device.ShouldBe("host");
        reservation.VisibleDevices.ShouldBeNull();
        _told.ShouldBe(0);
        (await _ledgers.Of("host").ReadAsync()).ShouldHaveSingleItem().Bytes.ShouldBe(600);
        await reservation.DisposeAsync();
        await reservation.DisposeAsync();
        Ledgers.ShouldBeEmpty();
    }

    [Fact]
    public async Task ADeadlineThatPassesAsTheAdmissionEnds_HarmsNothing()
    {
        var timers = new LateTimers();
        using var lane = new AdmissionLane(_pool, _ledgers, _owners, _peaks, new Lazy<IEvictor>(_evictor), timers);
        await using var reservation = await lane.AcquireAsync(
            Spec("one", Timeout), new MemoryEstimate(new MemoryNeed(600, 600, 600, 0), ""), () => { }, CancellationToken.None);

        timers.Ring().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task AcquireAsync_OfMoreThanThereIsFailsAtOnce()
    {
        _pool.Free = new() { ["GPU-1"] = 1000, ["GPU-2"] = 10 };

        var error = await FailAsync(AcquireAsync("huge", 1001L << 20));

        error.Code.ShouldBe(ErrorCodes.InsufficientMemory);
        error.Message.ShouldContain("huge needs 1,001 MiB");
        error.Message.ShouldContain("device GPU-1 has 0 MiB in all");
        _told.ShouldBe(0);
    }

    [Fact]
    public async Task AcquireAsync_WaitsForAReservationToEnd()
    {
        var first = await AcquireAsync("one", 600);
        var second = AcquireAsync("two", 600);
        await UntilAsync(() => _told == 1, "the second is told that it waits");
        second.IsCompleted.ShouldBeFalse();

        await first.DisposeAsync();

        (await second.InTime()).Name.ShouldBe("two");
        _told.ShouldBe(1);
    }

    [Fact]
    public async Task AcquireAsync_LooksAgainAtWhatOthersGiveBack()
    {
        _pool.Free!["host"] = 100;
        var waiting = AcquireAsync("one", 600);
        await UntilAsync(() => _told == 1, "it waits");

        _pool.Free["host"] = 700;
        await TurnUntilAsync(waiting);

        (await waiting).Bytes.ShouldBe(600);
    }

    [Fact]
    public async Task AcquireAsync_InTimeOrNotAtAll()
    {
        await using var first = await AcquireAsync("one", 600);
        var second = AcquireAsync("two", 600);

        await TurnUntilAsync(second);
        var error = await FailAsync(second);

        error.Code.ShouldBe(ErrorCodes.InsufficientMemory);
        error.Message.ShouldContain("after 30 s (admission_timeout_ms)");
        error.Message.ShouldContain("On device host");
        error.Message.ShouldContain("one has");
        error.Message.ShouldContain("other processes have");
        (await _ledgers.Of("host").ReadAsync()).ShouldHaveSingleItem().Bytes.ShouldBe(600);
    }

    [Fact]
    public async Task AcquireAsync_WithoutATimeToWaitLooksOnce()
    {
        await using var first = await AcquireAsync("one", 600, TimeSpan.Zero);

        (await FailAsync(AcquireAsync("two", 600, TimeSpan.Zero).InTime())).Code.ShouldBe(ErrorCodes.InsufficientMemory);
    }

    [Fact]
    public async Task AcquireAsync_ServesWhoCameFirst()
    {
        var first = await AcquireAsync("one", 600);
        var big = AcquireAsync("big", 900);
        await UntilAsync(() => _told == 1, "the big one waits");
        var small = AcquireAsync("small", 100);
        await UntilAsync(() => _told == 2, "the small one waits behind it");

        await first.DisposeAsync();

        (await big.InTime()).Bytes.ShouldBe(900);
        (await small.InTime()).Bytes.ShouldBe(100);
    }

    [Fact]
    public async Task Cancel_LeavesThePlaceToTheNext()
    {
        await using var first = await AcquireAsync("one", 600);
        using var cancel = new CancellationTokenSource();
        var big = AcquireAsync("big", 900, cancellation: cancel.Token);
        await UntilAsync(() => _told == 1, "the big one waits");
        var small = AcquireAsync("small", 100);
        await UntilAsync(() => _told == 2, "the small one waits behind it");

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(big.InTime());
        (await small.InTime()).Bytes.ShouldBe(100);
        (await _ledgers.Of("host").ReadAsync()).Sum(promise => promise.Bytes).ShouldBe(700);
    }

    [Fact]
    public async Task AcquireAsync_TakesTheGpuWithMostToGive()
    {
        _pool.Free = new() { ["GPU-1"] = 500, ["GPU-2"] = 800 };

        var taken = new[] { await AcquireAsync("a", 400), await AcquireAsync("b", 400), await AcquireAsync("c", 400) };

        taken.Select(reservation => reservation.VisibleDevices).ShouldBe(["GPU-2", "GPU-1", "GPU-2"]);
    }

    [Fact]
    public async Task AcquireAsync_WithNothingToReadPromisesNothing()
    {
        _pool.Free = null;

        await using var reservation = await AcquireAsync("one", long.MaxValue / 16);

        reservation.Bytes.ShouldBe(0);
        reservation.VisibleDevices.ShouldBeNull();
        Ledgers.ShouldBeEmpty();
    }

    [Fact]
    public async Task AcquireAsync_EvictsTheLeastRecentlyUsedAndNoMoreThanItTakes()
    {
        foreach (var name in new[] { "oldest", "older", "newest" })
        {
            _evictor.Idle.Add(await AcquireAsync(name, 300));
        }

        (await AcquireAsync("new", 500).InTime()).Bytes.ShouldBe(500);

        _evictor.Evicted.ShouldBe(["oldest", "older"]);
        _told.ShouldBe(0);
    }

    [Fact]
    public async Task AcquireAsync_EvictsNothingWhereThatDoesNotHelp()
    {
        await using var used = await AcquireAsync("used", 600);
        _evictor.Idle.Add(await AcquireAsync("idle", 300));

        await FailAsync(AcquireAsync("new", 500, TimeSpan.Zero));

        _evictor.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public async Task AcquireAsync_EvictsOnTheDeviceWhereItHelps()
    {
        _pool.Free = new() { ["GPU-1"] = 1000, ["GPU-2"] = 1000 };
        var taken = new[] { await AcquireAsync("a", 500), await AcquireAsync("b", 600), await AcquireAsync("c", 450) };
        taken.Select(reservation => reservation.Device).ShouldBe(["GPU-1", "GPU-2", "GPU-1"]);
        _evictor.Idle.AddRange([taken[2], taken[1]]);

        (await AcquireAsync("new", 900).InTime()).Device.ShouldBe("GPU-2");

        _evictor.Evicted.ShouldBe(["b"], "without c there are only 500 bytes more on the other one");
    }

    [Fact]
    public async Task NotePeak_CountsOnlyWhenTheModelWasLoadedAndItsCacheWhole()
    {
        var whole = await AcquireAsync("whole", 600, key: "whole");
        whole.NotePeak(550);
        _peaks.Find("whole").ShouldBeNull("it was not loaded");
        await whole.SettleAsync();
        whole.NotePeak(550);
        _peaks.Find("whole").ShouldBe(550);
        whole.NotePeak(5000);
        _peaks.Find("whole").ShouldBe(550, "that much cannot have been its own");

        var part = await _lane.AcquireAsync(
            Spec("part", Timeout), new MemoryEstimate(new MemoryNeed(100, 200, 5000, 0.5), "part"), () => { }, CancellationToken.None);
        part.Bytes.ShouldBe(250);
        part.CacheBytes.ShouldBe(150);
        await part.SettleAsync();
        part.NotePeak(240);
        _peaks.Find("part").ShouldBeNull("with more room it would have taken more");
    }

    [Fact]
    public async Task CacheBytes_BoundsOnlyACacheThatIsLessThanWhole()
    {
        var need = new MemoryNeed(Fixed: 100, Least: 150, Most: 300, Share: 0.5);

        var whole = await _lane.AcquireAsync(Spec("whole", Timeout), new MemoryEstimate(need, ""), () => { }, CancellationToken.None);
        var part = await _lane.AcquireAsync(Spec("part", Timeout), new MemoryEstimate(need with { Most = 500 }, ""), () => { }, CancellationToken.None);

        (whole.Bytes, whole.CacheBytes).ShouldBe((300, null));
        (part.Bytes, part.CacheBytes).ShouldBe((400, 300));
    }

    [Fact]
    public async Task AcquireAsync_OfWeightsLargerThanTheMachine_SaysSo()
    {
        (_pool.Free, _pool.Total) = (new() { ["GPU-1"] = 20L << 30 }, 24L << 30);
        var need = new MemoryNeed(270L << 30, 271L << 30, 300L << 30, 0.8) { Weights = 262L << 30 };

        var error = await FailAsync(_lane.AcquireAsync(Spec("huge", Timeout), new MemoryEstimate(need, ""), () => { }, CancellationToken.None));

        error.Message.ShouldBe(
            "huge is too large for this machine: its weights alone take 268,288 MiB, and device GPU-1 has 24,576 MiB in all. "
            + "Use a smaller or a quantized model.");
    }

    [Fact]
    public async Task Quota_BoundsTheCache_AndThenRefuses()
    {
        var need = new MemoryNeed(Fixed: 100, Least: 150, Most: 5000, Share: 0.5);
        var alice = Spec("mine", Timeout) with { MemoryQuota = new MemoryQuota("a", "alice", 450) };
        var bob = Spec("other", Timeout) with { MemoryQuota = new MemoryQuota("b", "bob", 450) };

        await using var first = await AcquireAsync(alice);
        var error = await FailAsync(AcquireAsync(alice with { Name = "more", MemoryQuota = new MemoryQuota("a", "alice", 400) }));
        await using var third = await AcquireAsync(bob);

        (first.Bytes, first.CacheBytes).ShouldBe((275, 175));
        error.Code.ShouldBe(ErrorCodes.QuotaExceeded);
        error.Message.ShouldStartWith("The key alice has too little memory left for more, which needs 0 MiB: its pipelines have 0 MiB of 0 MiB");
        third.Bytes.ShouldBe(275);
        _told.ShouldBe(0, "nobody waits for memory that is the caller's own");

        Task<Reservation> AcquireAsync(PipelineSpec spec) =>
            _lane.AcquireAsync(spec, new MemoryEstimate(need, ""), () => Interlocked.Increment(ref _told), CancellationToken.None);
    }

    [Fact]
    public async Task Quota_IsFreeAgain_WhenThePipelineIsGone_AndHoldsWhereNoMemoryIsRead()
    {
        _pool.Free = null;
        var alice = Spec("mine", Timeout) with { MemoryQuota = new MemoryQuota("a", "alice", 1000L << 20) };
        var estimate = new MemoryEstimate(new MemoryNeed(600L << 20, 600L << 20, 600L << 20, 0), "");

        var first = await _lane.AcquireAsync(alice, estimate, () => { }, CancellationToken.None);
        var error = await FailAsync(_lane.AcquireAsync(alice, estimate, () => { }, CancellationToken.None));
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var second = await _lane.AcquireAsync(alice, estimate, () => { }, CancellationToken.None);

        error.Message.ShouldBe(
            "The key alice has too little memory left for mine, which needs 600 MiB: its pipelines have 600 MiB of 1,000 MiB (max_memory_mib). "
            + "Dispose of a pipeline, or lower session_len, max_batch_size or cache_max_entry_count.");
    }

    private static PipelineSpec Spec(string name, TimeSpan timeout) => PipelineSpec.Create(
        new OpenPipeline { Model = "/m", Name = name, Admission = new AdmissionConfig { Timeout = Durations.Milliseconds((long)timeout.TotalMilliseconds) } },
        holderPid: 0);

    private static async Task<Error> FailAsync(Task<Reservation> task) => (await Should.ThrowAsync<SupervisorException>(task)).Error;

    private static Task UntilAsync(Func<bool> condition, string what) => Deadline.UntilAsync(condition, what);

    private Task<Reservation> AcquireAsync(string name, long bytes, TimeSpan? timeout = null, string key = "", CancellationToken cancellation = default) =>
        _lane.AcquireAsync(
            Spec(name, timeout ?? Timeout),
            new MemoryEstimate(new MemoryNeed(bytes, bytes, bytes, 0), key),
            () => Interlocked.Increment(ref _told),
            cancellation);

    private Task TurnUntilAsync(Task task) => Deadline.UntilAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return task.IsCompleted;
        },
        "it ends while time passes");
}
