using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>The fake worker dies by SIGABRT at the word 'poison', and hangs at the word 'stuck'.</summary>
public sealed class PoisonTests
{
    private const string Poisoned = "one poison two";

    [Fact]
    public async Task PromptThatKillsTwice_FailsAlone_AndItsBatchMatesAreAnswered()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var events = await supervisor.CollectAsync(holder.Ask("a b", Poisoned, "c d e")).InTime();

        events.TextOf(0).ShouldBe("a b");
        events.TextOf(2).ShouldBe("c d e");
        var error = events.ErrorOf(1).ShouldNotBeNull();
        error.Code.ShouldBe(ErrorCodes.PoisonedRequest);
        error.Failure.Kind.ShouldBe(WorkerFailureKind.Crashed);
        error.Failure.Signal.ShouldBe("SIGABRT");
        error.Failure.LastErrors.ShouldContain("fake: poisoned");
        error.Failure.Running.ShouldHaveSingleItem().Fingerprint.ShouldBe(error.Subject);
        var restarted = (await holder.NextAsync()).Restarted.ShouldNotBeNull();
        restarted.Cause.Failure.WorkerPid.ShouldNotBe(error.Failure.WorkerPid, "the second death was in a worker of its own");
        var listed = (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem("the worker on probation is gone");
        listed.Restarts.ShouldBe(1);
        listed.Failures.ShouldHaveSingleItem().Running.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WorkerOnProbationThatDiesAfterTheAnswer_LeavesItAsItIs()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = supervisor.Pipelines.Generate(holder.Ask("a swan"));
        var events = new List<GenerationEvent>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime())
        {
            events.Add(call.ResponseStream.Current);
            if (events[^1].Finished is not null)
            {
                await File.WriteAllTextAsync(supervisor.Mark("go"), "");
            }
        }

        events.TextOf(0).ShouldBe("a swan");
        events.ErrorOf(0).ShouldBeNull();
    }

    [Fact]
    public async Task PoisonedPrompt_IsRefusedWithoutAWorkerDying()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        (await supervisor.CollectAsync(holder.Ask(Poisoned)).InTime()).ErrorOf(0).ShouldNotBeNull();

        var events = await supervisor.CollectAsync(holder.Ask(Poisoned, "fine")).InTime();

        events.ErrorOf(0).ShouldNotBeNull().Code.ShouldBe(ErrorCodes.PoisonedRequest);
        events.TextOf(1).ShouldBe("fine");
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.Single().Restarts.ShouldBe(1);
    }

    [Fact]
    public async Task PromptsThatKillAtOnce_ArePoisonedOneByOne_AndSpendOneRestart()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: new SupervisionConfig { MaxRestarts = 3 })).UntilReadyAsync();

        var calls = Enumerable.Range(0, 3).Select(i => supervisor.CollectAsync(holder.Ask($"{i} poison", "fine"))).ToList();

        foreach (var events in await Task.WhenAll(calls).InTime())
        {
            events.ErrorOf(0).ShouldNotBeNull().Code.ShouldBe(ErrorCodes.PoisonedRequest);
            events.TextOf(1).ShouldBe("fine");
        }

        (await supervisor.CollectAsync(holder.Ask("still here")).InTime()).TextOf(0).ShouldBe("still here");
    }

    [Fact]
    public async Task StuckPrompt_IsKilledAndPoisoned_ThoughOthersAreAnswered()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: new SupervisionConfig { HangTimeout = Durations.Milliseconds(3000) }))
            .UntilReadyAsync();

        var events = await supervisor.CollectAsync(holder.Ask("a stuck b", "c d")).InTime();

        var error = events.ErrorOf(0).ShouldNotBeNull();
        error.Code.ShouldBe(ErrorCodes.PoisonedRequest);
        error.Failure.Kind.ShouldBe(WorkerFailureKind.Hung);
        error.Message.ShouldContain("made no progress for 3 s (hang_timeout_ms)");
        events.TextOf(1).ShouldBe("c d");
    }

    [Fact]
    public async Task WorkerThatIsKilledFromOutside_PoisonsNobody()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = supervisor.Pipelines.Generate(holder.Ask("endless"));
        for (var kill = 0; kill < 3; kill++)
        {
            (await call.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue();
            var pid = kill == 0 ? holder.Ready.WorkerPid : holder.Events[^1].Restarted.WorkerPid;
            Native.LibC.Kill(pid, Native.LibC.SigKill).ShouldBe(0);
            while ((await holder.NextAsync()).Restarted is null)
            {
            }
        }

        holder.Events[^1].Restarted.Cause.Failure.Kind.ShouldBe(WorkerFailureKind.Killed);
        var seen = 0;
        while (seen++ < 1000)
        {
            (await call.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue("it goes on");
            call.ResponseStream.Current.Finished.ShouldBeNull();
        }
    }

    [Fact]
    public async Task FrozenWorker_IsReplaced_AndPoisonsNobody()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: new SupervisionConfig { HangTimeout = Durations.Milliseconds(1000) }))
            .UntilReadyAsync();
        Native.LibC.Kill(holder.Ready.WorkerPid, 19).ShouldBe(0); // SIGSTOP

        var events = await supervisor.CollectAsync(holder.Ask("a b c")).InTime();

        events.TextOf(0).ShouldBe("a b c");
        var failure = (await holder.NextAsync()).Restarted.ShouldNotBeNull().Cause.Failure;
        failure.Kind.ShouldBe(WorkerFailureKind.Stopped);
        failure.ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task ScoreThatKillsTwice_FailsAsPoisoned()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var request = new LogLikelihoodRequest { Key = holder.Ready.Key, Inputs = { new LogLikelihoodInput { Prompt = new Prompt { Text = Poisoned } } } };

        for (var time = 0; time < 2; time++)
        {
            var failure = await Should.ThrowAsync<RpcException>(supervisor.Pipelines.LogLikelihoodAsync(request).ResponseAsync.InTime());
            failure.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
            SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(ErrorCodes.PoisonedRequest);
        }

        request.Inputs[0].Prompt.Text = "fine";
        (await supervisor.Pipelines.LogLikelihoodAsync(request).ResponseAsync.InTime()).Results.ShouldHaveSingleItem();
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.Single().Restarts.ShouldBe(1);
    }

    [Fact]
    public async Task DisposeDuringProbation_LeavesNothing()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: new SupervisionConfig { HangTimeout = Durations.Milliseconds(2000) }))
            .UntilReadyAsync();
        var running = supervisor.CollectAsync(holder.Ask("a stuck b"));
        await Deadline.UntilAsync(
            () => supervisor.Host.ListPipelines(new ListPipelinesRequest()).Pipelines
                .Any(pipeline => pipeline.Name.EndsWith("(probation)", StringComparison.Ordinal)),
            "the probation");

        var receipt = await holder.DisposePipelineAsync();

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        var failure = await Should.ThrowAsync<RpcException>(running.InTime());
        SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(ErrorCodes.Stopped);
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldBeEmpty();
    }
}
