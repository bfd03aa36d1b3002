using Grpc.Core;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Serving;

/// <summary>Whether the server is ready, and how a preloaded model that failed is loaded again.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly Workshop _workshop = new();
    private readonly CallGauge _calls;
    private readonly NamedPipelines _named;
    private readonly ServedModels _served;
    private readonly Preloading _preloading;
    private readonly RequestGate _gate = new();
    private readonly Readiness _readiness;
    private readonly CancellationTokenSource _end = new();

    public ReadinessTests()
    {
        _calls = new CallGauge(_workshop.Options, new StopSignal(), _workshop.Time);
        _named = new NamedPipelines(new PipelineKeeper(_workshop.Registry, _calls, NullLogger<PipelineKeeper>.Instance), _workshop.Time);
        _served = new ServedModels(_named, _workshop.Time);
        _preloading = new Preloading(_served, _workshop.Time, NullLogger<Preloading>.Instance);
        _readiness = new Readiness(_gate, _preloading, _served);
    }

    public void Dispose()
    {
        _end.Cancel();
        _named.Dispose();
        _workshop.Registry.CloseAsync(StopReason.Shutdown).Wait(Deadline.Long).ShouldBeTrue("all pipelines end");
        _calls.Dispose();
        _workshop.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task PinnedModel_IsWaitedFor()
    {
        Preload("a", isPinned: true);
        _readiness.Now().ShouldBe(("loading", "a not loaded yet"));

        await _workshop.LoadAgainAsync(1);

        await UntilAsync("ready", null);
        _ = _gate.CloseAsync();
        _readiness.Now().Status.ShouldBe("draining");
    }

    [Fact]
    public async Task PermanentFailure_StaysWithItsReason_AndIsNotTriedAgain()
    {
        Preload("a", isPinned: true);
        await FailLoadAsync(1, ErrorCodes.MissingTensor);

        await UntilAsync("failed", "a cannot be served: missing_tensor");
        _workshop.Time.Advance(2 * Preloading.LongestDelay);
        _workshop.Starts.ShouldBe(1);
        _served.LoadOf(_served.Find("a")!).Failure!.Code.ShouldBe(ErrorCodes.MissingTensor);
    }

    [Fact]
    public async Task LoadThatRuns_TellsItsProgress_UntilItEnds()
    {
        Preload("a", isPinned: true);
        await _workshop.UntilStartedAsync(1);
        await Deadline.UntilAsync(() => _served.LoadOf(_served.Find("a")!).Progress?.Stage == LoadStage.Loading, "the progress is known");

        _workshop.Connection.Loading.SetResult(new ModelInfo { Device = "cpu" });

        await UntilAsync("ready", null);
        _served.LoadOf(_served.Find("a")!).Progress.ShouldBeNull();
    }

    [Fact]
    public async Task FailureThatMayPass_IsTriedAgain()
    {
        Preload("a", isPinned: false);
        await FailLoadAsync(1, ErrorCodes.InsufficientMemory);
        await UntilAsync("failed", "a cannot be served: insufficient_memory");

        await _workshop.LoadAgainAsync(2); // Turns the clock.

        await UntilAsync("ready", null);
    }

    [Fact]
    public async Task ModelThatFailsAfterItServed_IsLoadedAgain()
    {
        Preload("a", isPinned: true);
        await _workshop.LoadAgainAsync(1);
        await UntilAsync("ready", null);

        _workshop.Process.Exit(137); // It may not be replaced.

        await Deadline.UntilAsync(() => _readiness.Now().Status == "failed", "the failure is known");
        await _workshop.LoadAgainAsync(2);
        await UntilAsync("ready", null);
    }

    [Fact]
    public async Task ModelThatWasUnloadedOnPurpose_IsNotLoadedAgain()
    {
        Preload("a", isPinned: true);
        await _workshop.LoadAgainAsync(1);
        await UntilAsync("ready", null);

        await _served.UnloadAsync(_served.Find("a")!, TimeSpan.Zero, forgets: false).InTime("the end of the pipeline");

        _workshop.Time.Advance(2 * Preloading.LongestDelay);
        _workshop.Starts.ShouldBe(1);
        _readiness.Now().Status.ShouldBe("ready", "its next request loads it");
    }

    private void Preload(string name, bool isPinned)
    {
        var open = new OpenPipeline
        {
            Model = "/models/m",
            Name = name,
            Engine = new EngineConfig { Device = EngineDevice.Cpu },
            Supervision = new SupervisionConfig { MaxRestarts = 0 },
        };
        var model = new ServedModel(open, [], 1, TimeSpan.Zero, isPinned) { IsPreloaded = true };
        _served.Add(model);
        _preloading.Begin([model], _end.Token);
    }

    private async Task FailLoadAsync(int starts, string code)
    {
        await _workshop.UntilStartedAsync(starts);
        _workshop.Connection.Loading.SetException(ErrorDetails.ToException(new Error { Code = code, Message = "no" }, StatusCode.ResourceExhausted));
    }

    private Task UntilAsync(string status, string? reason) => Deadline.UntilAsync(() => _readiness.Now() == (status, reason), $"{status}: {reason}");
}
