using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults.Lifecycle;

/// <summary>
/// SIGKILL, SIGSTOP and signals that name faults, for worker and supervisor at each moment of a worker's life: whoever is left says what happened
/// or goes on, nothing stays, and the next pipeline works.
/// </summary>
public sealed class LifecycleKillTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly EngineConfig Impatient = new() { Supervision = new() { HangTimeout = TimeSpan.FromSeconds(1) } };

    private readonly Sandbox _sandbox = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _sandbox.DisposeAsync();

    [Theory]
    [SoakData(Moment.Spawned, WorkerActivity.Starting)]
    [InlineData(Moment.Handshaking, WorkerActivity.Starting)]
    [InlineData(Moment.Loading, WorkerActivity.Loading)]
    public async Task WorkerKilledBeforeItIsReady_FailsCreateWithTheCause(Moment moment, WorkerActivity during)
    {
        await using var supervisor = _sandbox.StartSupervisor();
        var scene = new Scene(_sandbox, supervisor);

        var error = await Should.ThrowAsync<LmDeployException>(scene.PlayAsync(moment, Kill));

        error.Code.ShouldBe(during == WorkerActivity.Starting ? "worker_start_failed" : "worker_crashed");
        error.Message.ShouldContain("SIGKILL");
        var failure = error.Failure.ShouldNotBeNull();
        failure.Kind.ShouldBe(WorkerFailureKind.Killed);
        failure.Activity.ShouldBe(during);
        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [InlineData(Moment.Idle, WorkerActivity.Idle)]
    [SoakData(Moment.Prefilling, WorkerActivity.Serving)]
    [SoakData(Moment.Streaming, WorkerActivity.Serving)]
    public async Task WorkerKilledWhenReady_IsReplaced_AndItsStreamGoesOn(Moment moment, WorkerActivity during)
    {
        await using var supervisor = _sandbox.StartSupervisor();

        var (failures, receipt) = await new Scene(_sandbox, supervisor).PlayAsync(moment, async pid =>
        {
            await Kill(pid);
            await Eventually.BeAsync(() => supervisor.ListPipelines().Single().Failures.Count, count => count == 1, "the death to be noted", Deadline);
        });

        var failure = failures.ShouldHaveSingleItem();
        failure.Kind.ShouldBe(WorkerFailureKind.Killed);
        failure.Activity.ShouldBe(during);
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [InlineData(9)]
    [SoakData(19)]
    public async Task WorkerStruckWhileItStops_IsReclaimed(int signal)
    {
        await using var supervisor = _sandbox.StartSupervisor();

        var (failures, receipt) = await new Scene(_sandbox, supervisor).PlayAsync(Moment.Stopping, pid => Task.FromResult(Signals.TrySend(pid, signal)));

        failures.ShouldBeEmpty("it was told to end, however it did");
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipt.Exit.ShouldBeOneOf(WorkerExit.Exited, WorkerExit.Killed);
        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [SoakData(Moment.Spawned, 3, "worker_start_failed")]
    [InlineData(Moment.Loading, 60, "worker_crashed")]
    public async Task WorkerFrozenBeforeItIsReady_FailsCreateInTime(Moment moment, int startTimeout, string code)
    {
        using var installation = new Installation($"--home '{Repository.Home}' --start-timeout {startTimeout}");
        await using var supervisor = _sandbox.StartSupervisor(installation);

        var error = await Should.ThrowAsync<LmDeployException>(new Scene(_sandbox, supervisor).PlayAsync(moment, Stop, Impatient));

        error.Code.ShouldBe(code, error.Message);
        error.Failure.ShouldNotBeNull().Kind.ShouldBe(moment == Moment.Loading ? WorkerFailureKind.Stopped : WorkerFailureKind.StartFailed);
        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [InlineData(Moment.Idle)]
    [SoakData(Moment.Prefilling)]
    public async Task WorkerFrozenWhenReady_IsReplaced(Moment moment)
    {
        await using var supervisor = _sandbox.StartSupervisor();

        var (failures, _) = await new Scene(_sandbox, supervisor).PlayAsync(moment, Stop, Impatient);

        failures.ShouldHaveSingleItem().Kind.ShouldBe(WorkerFailureKind.Stopped);
        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [InlineData(11)]
    [SoakData(6)]
    public async Task FaultSignalFromOutside_CostsNoToken(int signal)
    {
        await using var supervisor = _sandbox.StartSupervisor();

        await new Scene(_sandbox, supervisor).PlayAsync(Moment.Streaming, pid => Task.Run(() => Signals.Send(pid, signal)));

        await NothingIsLeftAndTheNextWorksAsync(supervisor);
    }

    [Theory]
    [InlineData(Moment.Spawned)]
    [SoakData(Moment.Handshaking)]
    [InlineData(Moment.Loading)]
    [SoakData(Moment.Idle)]
    [SoakData(Moment.Prefilling)]
    [SoakData(Moment.Streaming)]
    public async Task SupervisorKilled_TellsTheClient_AndTakesItsWorkerAlong(Moment moment)
    {
        var supervisor = _sandbox.StartSupervisor();

        await Should.ThrowAsync<SupervisorUnavailableException>(new Scene(_sandbox, supervisor).PlayAsync(moment, _ => Kill(_sandbox.Supervisors.Single())));

        await Eventually.BeAsync(() => _sandbox.Workers.Count, count => count == 0, "the worker to follow its supervisor", Deadline);
        await supervisor.DisposeAsync();
        await using var next = _sandbox.StartSupervisor();
        await NothingIsLeftAndTheNextWorksAsync(next);
    }

    [SoakFact]
    public async Task SupervisorKilledWhileItStopsAWorker_LeavesAReceiptThatClaimsNothing()
    {
        var supervisor = _sandbox.StartSupervisor();

        var (_, receipt) = await new Scene(_sandbox, supervisor).PlayAsync(Moment.Stopping, _ => Kill(_sandbox.Supervisors.Single()));

        receipt.Verdict.ShouldBeOneOf(ReclaimVerdict.Unverifiable, ReclaimVerdict.Reclaimed);
        await Eventually.BeAsync(() => _sandbox.Workers.Count, count => count == 0, "the worker to follow its supervisor", Deadline);
        await supervisor.DisposeAsync();
    }

    [Theory]
    [SoakData(Moment.Spawned)]
    [InlineData(Moment.Streaming)]
    public async Task SupervisorFrozenForAMoment_LosesNothing(Moment moment)
    {
        await using var supervisor = _sandbox.StartSupervisor();

        var (failures, receipt) = await new Scene(_sandbox, supervisor).PlayAsync(moment, async _ =>
        {
            var pid = _sandbox.Supervisors.Single();
            Signals.Stop(pid);
            await Task.Delay(Pause);
            Signals.Continue(pid);
        });

        failures.ShouldBeEmpty();
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    private static Task Kill(int pid)
    {
        Signals.Kill(pid);
        return Task.CompletedTask;
    }

    private static Task Stop(int pid)
    {
        Signals.Stop(pid);
        return Task.CompletedTask;
    }

    private async Task NothingIsLeftAndTheNextWorksAsync(Supervisor supervisor)
    {
        _sandbox.Workers.ShouldBeEmpty();
        _sandbox.MeetingPlaces.ShouldBeEmpty();
        (await supervisor.ListPipelinesAsync()).ShouldBeEmpty();
        await using var next = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor).WaitAsync(Deadline);
        (await next.InferAsync("What does a cow say?").WaitAsync(Deadline)).FinishReason.ShouldBe(FinishReason.Stop);
    }
}
