using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Pipelines;

public sealed class NamedPipelinesTests : IDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    private readonly Workshop _workshop = new();
    private readonly StopSignal _stop = new();
    private readonly CallGauge _calls;
    private readonly NamedPipelines _named;

    public NamedPipelinesTests()
    {
        _calls = new CallGauge(_workshop.Options, _stop, _workshop.Time);
        _named = new NamedPipelines(new PipelineKeeper(_workshop.Registry, _calls, NullLogger<PipelineKeeper>.Instance), _workshop.Time);
    }

    public void Dispose()
    {
        _named.Dispose();
        _workshop.Registry.CloseAsync(StopReason.Shutdown).Wait(Deadline.Long).ShouldBeTrue("all pipelines end");
        _calls.Dispose();
        _workshop.Dispose();
    }

    [Fact]
    public async Task EnterAsync_OfAHundredCallersStartsOneWorker()
    {
        await LoadAsync("a", starts: 1);
        await _named.TryEvictAsync(_named.FindIdle().Single());
        var callers = Enumerable.Range(0, 100).Select(_ => Task.Run(() => _named.EnterAsync("a", CancellationToken.None))).ToList();

        await _workshop.LoadAgainAsync(2);
        var scopes = await Task.WhenAll(callers).InTime("all callers are let in");

        _workshop.Starts.ShouldBe(2);
        scopes.Select(scope => scope.Pipeline).Distinct().ShouldHaveSingleItem().RunningRequests.ShouldBe(100);
        scopes.ToList().ForEach(scope => scope.Dispose());
        scopes[0].Pipeline.RunningRequests.ShouldBe(0);
        _named.FindIdle().Count.ShouldBe(1);
    }

    [Fact]
    public async Task LoopThatFailed_IsFollowedByAnotherLoad()
    {
        await LoadAsync("a", starts: 1);
        _workshop.Process.LookFailure = new IOException("a failure that nobody foresaw");
        _workshop.Process.Exit(137);
        await Deadline.UntilAsync(() => _named.ResidentOf("a")?.Ended.IsCompleted != false, "the pipeline has failed");

        var entering = _named.EnterAsync("a", CancellationToken.None);
        await _workshop.LoadAgainAsync(2);

        using var scope = await entering.InTime("the name is served again");
        scope.Pipeline.State.ShouldBe(PipelineState.Ready);
    }

    [Fact]
    public async Task FailedLoad_ReachesAllWhoWait_AndTheNextRequestTriesAgain()
    {
        var callers = Enumerable.Range(0, 10).Select(_ => _named.LoadAsync(Request("a"), CancellationToken.None)).ToList();
        await FailLoadAsync(1, ErrorCodes.MissingTensor);

        foreach (var caller in callers)
        {
            (await Should.ThrowAsync<SupervisorException>(caller.InTime("the failure"))).Error.Code.ShouldBe(ErrorCodes.MissingTensor);
        }

        var again = _named.EnterAsync("a", CancellationToken.None);
        await _workshop.LoadAgainAsync(2);
        using var scope = await again.InTime("the second load");
        scope.Pipeline.State.ShouldBe(PipelineState.Ready);
    }

    [Fact]
    public async Task Cancel_LeavesTheOthersAlone()
    {
        using var cancel = new CancellationTokenSource();
        var first = _named.LoadAsync(Request("a"), cancel.Token);
        var second = _named.EnterAsync("a", CancellationToken.None);
        await _workshop.UntilStartedAsync(1);

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(first.InTime("the cancelled one leaves"));
        _workshop.Connection.Loading.SetResult(new ModelInfo { Device = "cpu" });
        using var scope = await second.InTime("the other one is let in");
        _workshop.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task CancelledRequest_NeverLoads()
    {
        await LoadAsync("a", starts: 1);
        await _named.TryEvictAsync(_named.FindIdle().Single());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(_named.EnterAsync("a", cancelled.Token));
        await Should.ThrowAsync<OperationCanceledException>(_named.LoadAsync(Request("b"), cancelled.Token));

        _workshop.Registry.All.ShouldBeEmpty();
        Should.Throw<SupervisorException>(() => _named.EnterAsync("b", CancellationToken.None)).Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    [Fact]
    public async Task Ttl_UnloadsWhatNobodyUses_AndARequestBeginsItAnew()
    {
        var pipeline = await LoadAsync("a", starts: 1, ttl: 1000);
        Advance(900);
        using (await _named.EnterAsync("a", CancellationToken.None))
        {
            Advance(5000);
            pipeline.Ended.IsCompleted.ShouldBeFalse("it is used");
        }

        Advance(900);
        pipeline.Ended.IsCompleted.ShouldBeFalse("the request began the time anew");
        Advance(200);

        (await pipeline.Ended.InTime("the end")).Message.ShouldContain("nobody used it");
        await pipeline.Completion.InTime();
        _workshop.Process.IsDisposed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1000, true)]
    public async Task Ttl_OfZeroOrOfAPinnedOneNeverEnds(long ttl, bool pinned)
    {
        var pipeline = await LoadAsync("a", starts: 1, ttl, pinned);

        Advance(86_400_000);

        pipeline.State.ShouldBe(PipelineState.Ready);
        _named.FindIdle().Count.ShouldBe(pinned ? 0 : 1);
    }

    [Fact]
    public async Task RequestDuringTheTtlUnload_WaitsForItsEndAndLoadsAgain()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null, OnKill = null });
        using var calls = new CallGauge(workshop.Options, _stop, workshop.Time);
        using var named = new NamedPipelines(new PipelineKeeper(workshop.Registry, calls, NullLogger<PipelineKeeper>.Instance), workshop.Time);
        var loading = named.LoadAsync(Request("a", ttl: 1000), CancellationToken.None);
        await workshop.LoadAgainAsync(1);
        var old = await loading.InTime();
        var stubborn = workshop.Process;
        workshop.Time.Advance(TimeSpan.FromSeconds(2));
        await old.Ended.InTime("the unload begins");

        var request = named.EnterAsync("a", CancellationToken.None);
        await Deadline.UntilAsync(() => old.State == PipelineState.Stopping, "the old worker is being stopped");
        workshop.Starts.ShouldBe(1, "not before the old one is gone");
        stubborn.Exit(0);
        await workshop.LoadAgainAsync(2);

        using var scope = await request.InTime("the request is served");
        scope.Pipeline.ShouldNotBeSameAs(old);
        await workshop.Registry.CloseAsync(StopReason.Shutdown).InTime();
    }

    [Fact]
    public async Task UnloadAsync_WaitsForTheRequestsThatRunAndTakesNoMore()
    {
        var pipeline = await LoadAsync("a", starts: 1);
        var scope = await _named.EnterAsync("a", CancellationToken.None);

        var unloading = _named.UnloadAsync("a", Drain);

        Should.Throw<SupervisorException>(() => _named.EnterAsync("a", CancellationToken.None)).Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
        pipeline.Ended.IsCompleted.ShouldBeFalse("a request runs");
        scope.Dispose();
        (await unloading.InTime("the receipt")).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        pipeline.Completion.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task UnloadAsync_EndsRequestsThatAreOutOfTime()
    {
        await LoadAsync("a", starts: 1);
        using var scope = await _named.EnterAsync("a", CancellationToken.None);

        var unloading = _named.UnloadAsync("a", Drain);
        Advance(29_000);
        unloading.IsCompleted.ShouldBeFalse();
        Advance(1_000);

        (await unloading.InTime("the receipt")).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        (await Should.ThrowAsync<SupervisorException>(scope.WorkerAsync(CancellationToken.None))).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    [Fact]
    public async Task UnloadAsync_WhileLoadingEndsTheLoadAndAllThatWait()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => _named.LoadAsync(Request("a"), CancellationToken.None)).ToList();
        await _workshop.UntilStartedAsync(1);

        (await _named.UnloadAsync("a", Drain).InTime("the receipt")).WorkerPid.ShouldBe(4711);

        foreach (var one in waiting)
        {
            (await Should.ThrowAsync<SupervisorException>(one.InTime("the end of who waits"))).Error.Code.ShouldBe(ErrorCodes.Stopped);
        }

        _workshop.Registry.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task UnloadAsync_OfWhatIsNotResidentForgetsTheName()
    {
        await LoadAsync("a", starts: 1);
        await _named.TryEvictAsync(_named.FindIdle().Single());

        (await _named.UnloadAsync("a", Drain).InTime()).Reason.ShouldBe("no worker was started");

        (await Should.ThrowAsync<SupervisorException>(_named.UnloadAsync("a", Drain))).Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    [Fact]
    public async Task FindIdle_IsInTheOrderOfTheLastUse_WithoutWhatServesOrIsPinned()
    {
        var first = await LoadAsync("a", starts: 1);
        Advance(10);
        var second = await LoadAsync("b", starts: 2);
        Advance(10);
        await LoadAsync("pinned", starts: 3, pinned: true);
        var busy = await LoadAsync("busy", starts: 4);
        using var scope = await _named.EnterAsync("busy", CancellationToken.None);
        Advance(10);
        (await _named.EnterAsync("a", CancellationToken.None)).Dispose();

        _named.FindIdle().ShouldBe([second.Spec.Id, first.Spec.Id]);
        (await _named.TryEvictAsync(busy.Spec.Id)).ShouldBeFalse();
        (await _named.TryEvictAsync(second.Spec.Id).InTime()).ShouldBeTrue();
        second.Completion.IsCompletedSuccessfully.ShouldBeTrue("its memory is back when this returns");
        (await _named.TryEvictAsync(second.Spec.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task OutOfMemoryWhileLoading_EvictsWhatIsIdleAndRetriesOnce()
    {
        var idle = await LoadAsync("idle", starts: 1);
        var loading = _named.LoadAsync(Request("big"), CancellationToken.None);

        await FailLoadAsync(2, ErrorCodes.OutOfMemory);
        await _workshop.UntilStartedAsync(3);
        idle.Completion.IsCompletedSuccessfully.ShouldBeTrue("gone before the second attempt");
        await FailLoadAsync(3, ErrorCodes.OutOfMemory);

        (await Should.ThrowAsync<SupervisorException>(loading.InTime("the second failure"))).Error.Code.ShouldBe(ErrorCodes.OutOfMemory);
        _workshop.Starts.ShouldBe(3);
    }

    [Fact]
    public async Task OutOfMemoryAlone_FailsAtOnce()
    {
        await LoadAsync("pinned", starts: 1, pinned: true);
        var loading = _named.LoadAsync(Request("big"), CancellationToken.None);

        await FailLoadAsync(2, ErrorCodes.OutOfMemory);

        await Should.ThrowAsync<SupervisorException>(loading.InTime("the failure"));
        _workshop.Starts.ShouldBe(2);
    }

    [Fact]
    public async Task OtherFailures_EvictNobody()
    {
        var idle = await LoadAsync("idle", starts: 1);
        var loading = _named.LoadAsync(Request("bad"), CancellationToken.None);

        await FailLoadAsync(2, ErrorCodes.WrongShape);

        await Should.ThrowAsync<SupervisorException>(loading.InTime("the failure"));
        idle.State.ShouldBe(PipelineState.Ready);
        _workshop.Starts.ShouldBe(2);
    }

    [Fact]
    public async Task PipelineThatFailed_IsLoadedAnewByTheNextRequest()
    {
        var dead = await LoadAsync("a", starts: 1);
        _workshop.Process.Exit(139);
        await dead.Completion.InTime("its end");

        var request = _named.EnterAsync("a", CancellationToken.None);
        await _workshop.LoadAgainAsync(2);

        using var scope = await request.InTime("the next load");
        scope.Pipeline.ShouldNotBeSameAs(dead);
    }

    [Fact]
    public async Task LoadAsync_DoesNotTakeOneModelForAnother()
    {
        var pipeline = await LoadAsync("a", starts: 1);

        (await _named.LoadAsync(Request("a", pinned: true), CancellationToken.None).InTime()).ShouldBeSameAs(pipeline);
        _named.StatusOf(pipeline).ShouldNotBeNull().IsPinned.ShouldBeTrue("it says how to keep it from now on");
        var other = Request("a");
        other.Open.Model = "/models/other";
        var error = (await Should.ThrowAsync<SupervisorException>(_named.LoadAsync(other, CancellationToken.None))).Error;

        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Message.ShouldContain("/models/m");
        _workshop.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task LoadAsync_MayGiveTheNameOfWhatIsNotThereToAnotherModel()
    {
        var wrong = _named.LoadAsync(Request("a"), CancellationToken.None);
        await FailLoadAsync(1, ErrorCodes.ModelNotFound);
        await Should.ThrowAsync<SupervisorException>(wrong.InTime("the failure"));
        var right = Request("a");
        right.Open.Model = "/models/right";

        var loading = _named.LoadAsync(right, CancellationToken.None);
        await _workshop.LoadAgainAsync(2);

        (await loading.InTime()).Spec.Model.ShouldBe("/models/right");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(31L * 86_400_000)]
    public async Task LoadAsync_NamesATtlThatCannotBeMeant(long ttl) =>
        (await Should.ThrowAsync<SupervisorException>(_named.LoadAsync(Request("a", ttl), CancellationToken.None))).Error.Subject.ShouldBe("ttl");

    [Fact]
    public async Task ResidentPipeline_KeepsTheSupervisorHere()
    {
        var pipeline = await LoadAsync("a", starts: 1, ttl: 60_000);
        Advance(59_000);
        _stop.Requested.IsCompleted.ShouldBeFalse("it is older than the idle timeout");
        Advance(1_000);
        await pipeline.Completion.InTime();

        await Deadline.UntilAsync(
            () =>
            {
                Advance(1_000);
                return _stop.Requested.IsCompleted;
            },
            "the supervisor leaves when nothing is resident");
    }

    /// <remarks>A fake worker's heart does not beat while the test turns the clock, so nobody watches for hangs.</remarks>
    private static LoadPipelineRequest Request(string name, long? ttl = null, bool pinned = false)
    {
        var request = new LoadPipelineRequest
        {
            Open = new OpenPipeline
            {
                Model = "/models/m",
                Name = name,
                Engine = new EngineConfig { Device = EngineDevice.Cpu },
                Supervision = new SupervisionConfig { MaxRestarts = 0, HangTimeout = Durations.Milliseconds(0) },
            }, Pinned = pinned,
        };
        if (ttl is { } milliseconds)
        {
            request.Ttl = Durations.Milliseconds(milliseconds);
        }

        return request;
    }

    private async Task<Pipeline> LoadAsync(string name, int starts, long? ttl = null, bool pinned = false)
    {
        var loading = _named.LoadAsync(Request(name, ttl, pinned), CancellationToken.None);
        await _workshop.LoadAgainAsync(starts);
        return await loading.InTime($"{name} is loaded");
    }

    private async Task FailLoadAsync(int starts, string code)
    {
        await _workshop.UntilStartedAsync(starts);
        _workshop.Connection.Loading.SetException(ErrorDetails.ToException(new Error { Code = code, Message = "no" }, StatusCode.ResourceExhausted));
    }

    private void Advance(long milliseconds) => _workshop.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
