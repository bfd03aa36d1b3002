using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

/// <summary>What watches a worker may fail itself. Then the worker, or the pipeline, ends: nothing runs unwatched.</summary>
public sealed class PipelineWatchTests
{
    [Fact]
    public async Task HangWatchThatFails_EndsItsWorker_AndAnotherTakesItsPlace()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);
        var first = workshop.Process;
        first.FrozenFailure = new InvalidOperationException("what nobody foresaw");

        // The worker gives no sign of life, so the watch looks whether it is frozen.
        await workshop.LoadAgainAsync(starts: 2);

        var restarted = (await Workshop.NextEventAsync(pipeline)).Restarted.ShouldNotBeNull();
        restarted.Cause.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        restarted.Cause.Failure.Kind.ShouldBe(WorkerFailureKind.Killed);
        restarted.Cause.Message.ShouldContain("the watch for hangs failed (what nobody foresaw), so it was killed");
        first.Done.ShouldContain("kill");
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
    }

    [Fact]
    public async Task ExitThatCannotBeSeen_FailsThePipeline()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);

        workshop.Process.FailExit(new InvalidOperationException("what nobody foresaw"));

        var told = await pipeline.Ended.InTime("callers are told");
        told.Error.Code.ShouldBe(ErrorCodes.InternalError);
        told.Message.ShouldContain("what nobody foresaw");
        await pipeline.Completion.InTime("the pipeline ends");
        workshop.Process.Done.ShouldContain("kill");
        await Deadline.UntilAsync(() => workshop.Registry.Count == 0, "nothing is left of it");
    }

    [Fact]
    public async Task KillThatFails_AsThePipelineGivesUp_KeepsNobodyWaiting()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { KillFailure = new InvalidOperationException("it cannot be killed") });
        var pipeline = await workshop.OpenReadyAsync(maxRestarts: 5);

        workshop.Process.FailExit(new InvalidOperationException("what nobody foresaw"));

        (await pipeline.Completion.InTime("the pipeline ends")).StartFailure.ShouldNotBeNull().Message.ShouldContain("what nobody foresaw");
        await Deadline.UntilAsync(() => workshop.Registry.Count == 0, "nothing is left of it");
    }
}
