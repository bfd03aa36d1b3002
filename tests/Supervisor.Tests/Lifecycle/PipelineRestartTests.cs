using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class PipelineRestartTests
{
    [Fact]
    public async Task Exit_IsFollowedByAnotherWorker_AndTheHolderIsTold()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        using var scope = pipeline.Enter();
        var first = await scope.WorkerAsync(CancellationToken.None).InTime();
        workshop.Process.Exit(137);
        await workshop.LoadAgainAsync(starts: 2);

        var restarted = (await Workshop.NextEventAsync(pipeline)).Restarted.ShouldNotBeNull();
        restarted.Cause.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        restarted.Cause.Message.ShouldContain("SIGKILL");
        restarted.WorkerPid.ShouldBe(4712);
        (await first.Crash.Task.InTime()).Error.ShouldBe(restarted.Cause);
        pipeline.State.ShouldBe(PipelineState.Ready);
        pipeline.Ended.IsCompleted.ShouldBeFalse();
        (await scope.WorkerAsync(CancellationToken.None).InTime()).Process.ShouldBeSameAs(workshop.Process);

        pipeline.Stop(StopReason.Disposed);
        var receipt = (await Workshop.NextEventAsync(pipeline)).Released;
        receipt.WorkerPid.ShouldBe(4712);
        receipt.How.ShouldBe(WorkerExit.Exited);
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task LoopThatFails_TellsCallersFirst_AndLeavesNoWorker()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        var worker = workshop.Process;
        worker.LookFailure = new InvalidOperationException("what nobody foresaw");
        worker.Exit(137);

        var told = await pipeline.Ended.InTime("callers are told");
        told.Error.Code.ShouldBe(ErrorCodes.InternalError);
        told.Message.ShouldContain("what nobody foresaw");
        (await Workshop.NextEventAsync(pipeline)).Failed.Error.ShouldBe(told.Error);
        var outcome = await pipeline.Completion.InTime("the pipeline ends");
        outcome.Receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        pipeline.State.ShouldBe(PipelineState.Failed);
        worker.Done.ShouldContain("kill");
        worker.IsDisposed.ShouldBeTrue();
        await Deadline.UntilAsync(() => workshop.Registry.Count == 0, "nothing is left of it");
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task Failures_OfManyWorkers_AreKeptForTheLatest()
    {
        const int deaths = 13;
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 100);
        for (var death = 1; death <= deaths; death++)
        {
            workshop.Process.Exit(134);
            await workshop.LoadAgainAsync(starts: death + 1);
            (await Workshop.NextEventAsync(pipeline)).Restarted.ShouldNotBeNull();
        }

        pipeline.Failures.Select(failure => failure.WorkerPid).ShouldBe(Enumerable.Range(4711 + deaths - Pipeline.KeptFailures, Pipeline.KeptFailures));
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
    }

    [Fact]
    public async Task TooManyDeaths_FailThePipelineWithTheCauses()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 2);
        for (var death = 1; death <= 2; death++)
        {
            workshop.Process.Exit(130 + death);
            await workshop.LoadAgainAsync(starts: death + 1);
            (await Workshop.NextEventAsync(pipeline)).Restarted.ShouldNotBeNull();
        }

        workshop.Process.Exit(139);

        var error = (await Workshop.NextEventAsync(pipeline)).Failed.Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("3 workers died");
        error.Message.ShouldContain("SIGSEGV");
        (await Workshop.NextEventAsync(pipeline)).Released.WorkerPid.ShouldBe(4713);
        Should.Throw<SupervisorException>(() => pipeline.Enter()).Error.ShouldBe(error);
        (await pipeline.Completion.InTime()).StartFailure.ShouldBeNull();
    }

    [Fact]
    public async Task DeathOfTheReplacementWhileItLoads_CountsAndIsReplacedToo()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.Process.Exit(137);
        await workshop.UntilStartedAsync(starts: 2);
        workshop.Process.Exit(7);
        workshop.Connection.Loading.SetException(new IOException());

        await workshop.LoadAgainAsync(starts: 3);

        (await Workshop.NextEventAsync(pipeline)).Restarted.WorkerPid.ShouldBe(4713);
    }

    [Theory]
    [InlineData(ErrorCodes.InvalidCheckpoint)]
    [InlineData(ErrorCodes.ProtocolMismatch)]
    public async Task ReplacementThatCannotServe_FailsAtOnce(string code)
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.Process.Exit(137);
        await workshop.UntilStartedAsync(starts: 2);
        workshop.Connection.Loading.SetException(new SupervisorException(code, "it is broken now").ToCallFailure());

        var error = (await Workshop.NextEventAsync(pipeline)).Failed.Error;

        error.Code.ShouldBe(code);
        error.Message.ShouldContain("it is broken now");
        error.Message.ShouldContain("SIGKILL");
        (await Workshop.NextEventAsync(pipeline)).Released.WorkerPid.ShouldBe(4712);
        workshop.Starts.ShouldBe(2);
    }

    [Fact]
    public async Task MissingExecutable_FailsAtOnce()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.StartFailure = new SupervisorException(ErrorCodes.WorkerStartFailed, "no worker executable");
        workshop.Process.Exit(137);

        (await Workshop.NextEventAsync(pipeline)).Failed.Error.Message.ShouldContain("no worker executable");

        (await Workshop.NextEventAsync(pipeline)).Released.WorkerPid.ShouldBe(4711, "the receipt is that of the last worker");
    }

    [Fact]
    public async Task Stop_DuringTheBackOff_EndsAtOnceWithTheLastWorkersReceipt()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.Process.Exit(137);
        await workshop.LoadAgainAsync(starts: 2);
        (await Workshop.NextEventAsync(pipeline)).Restarted.ShouldNotBeNull();
        workshop.Process.Exit(137);
        await Deadline.UntilAsync(() => pipeline.State == PipelineState.Restarting, "the back-off begins");

        pipeline.Stop(StopReason.Disposed);

        var outcome = await pipeline.Completion.InTime();
        outcome.Receipt.WorkerPid.ShouldBe(4712);
        outcome.Receipt.How.ShouldBe(WorkerExit.Crashed);
        outcome.StartFailure.ShouldBeNull();
        workshop.Starts.ShouldBe(2);
        (await pipeline.Ended.InTime()).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    [Fact]
    public async Task Stop_WhileTheReplacementLoads_EndsIt()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.Process.Exit(137);
        await workshop.UntilStartedAsync(starts: 2);
        using var scope = pipeline.Enter();
        var waiting = scope.WorkerAsync(CancellationToken.None);

        pipeline.Stop(StopReason.Disposed);

        (await pipeline.Completion.InTime()).Receipt.WorkerPid.ShouldBe(4712);
        (await Should.ThrowAsync<SupervisorException>(waiting.InTime())).Error.Code.ShouldBe(ErrorCodes.Stopped);
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task RequestWhileRestarting_WaitsAtMostForItsOwnCancellation()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        workshop.Process.Exit(137);
        await workshop.UntilStartedAsync(starts: 2);
        using var scope = pipeline.Enter();
        using var giveUp = new CancellationTokenSource();
        var waiting = scope.WorkerAsync(giveUp.Token);
        waiting.IsCompleted.ShouldBeFalse();

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting.InTime());
    }
}
