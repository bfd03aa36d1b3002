using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class PipelineTests
{
    [Fact]
    public async Task Open_GoesThroughLoadingToReady()
    {
        using var workshop = new Workshop();
        var pipeline = workshop.Registry.Open(Workshop.Spec());
        await workshop.Connection.LoadCalled.Task.InTime();
        (await Workshop.NextEventAsync(pipeline)).Progress.Stage.ShouldBe(LoadStage.Loading);
        pipeline.State.ShouldBe(PipelineState.Loading);

        workshop.Connection.Loading.SetResult(new ModelInfo { Architecture = "A", Device = "cpu" });

        var ready = (await Workshop.NextEventAsync(pipeline)).Ready;
        ready.Key.ShouldBe(pipeline.Spec.Key);
        ready.Model.Architecture.ShouldBe("A");
        pipeline.State.ShouldBe(PipelineState.Ready);
    }

    [Fact]
    public async Task Stop_WhileReady_ReleasesAndForgets()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync();

        pipeline.Stop(StopReason.Disposed);

        (await Workshop.NextEventAsync(pipeline)).Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await pipeline.Completion.InTime();
        workshop.Process.IsDisposed.ShouldBeTrue();
        workshop.Connection.IsDisposed.ShouldBeTrue();
        workshop.WorkerFolders.ShouldBeEmpty();
        await Deadline.UntilAsync(() => workshop.Registry.All.Count == 0, "the registry forgets the pipeline");
        pipeline.State.ShouldBe(PipelineState.Gone);
    }

    [Fact]
    public async Task Stop_OftenAndFromManyThreads_EndsOnce()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync();

        Parallel.For(0, 64, i => pipeline.Stop((StopReason)(i % 2)));

        await pipeline.Completion.InTime();
        workshop.Process.Done.Count(done => done == "terminate").ShouldBe(1);
        (await pipeline.Events.ReadAllAsync().CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Stop_WhileLoading_CancelsTheLoadAndReleases()
    {
        using var workshop = new Workshop();
        var pipeline = workshop.Registry.Open(Workshop.Spec());
        await workshop.Connection.LoadCalled.Task.InTime();

        pipeline.Stop(StopReason.Disposed);

        var outcome = await pipeline.Completion.InTime();
        outcome.StartFailure.ShouldBeNull();
        outcome.Receipt.How.ShouldBe(WorkerExit.Exited);
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(TaskCanceledException))]
    [InlineData(typeof(IOException))]
    public async Task DeathWhileLoading_IsACrash_HoweverTheCallBreaks(Type exception)
    {
        using var workshop = new Workshop();
        var pipeline = workshop.Registry.Open(Workshop.Spec());
        await workshop.Connection.LoadCalled.Task.InTime();

        workshop.Connection.Loading.SetException((Exception)Activator.CreateInstance(exception)!);
        workshop.Process.Exit(7);

        var failure = (await pipeline.Completion.InTime()).StartFailure.ShouldNotBeNull();
        failure.Error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        failure.Error.Message.ShouldContain("exit code 7");
        await Deadline.UntilAsync(() => pipeline.State == PipelineState.Failed, "the pipeline has failed");
    }

    [Fact]
    public async Task Stop_WhileStarting_LeavesNoProcess()
    {
        using var workshop = new Workshop(connection: new FakeConnection { Listening = new TaskCompletionSource().Task });
        var pipeline = workshop.Registry.Open(Workshop.Spec());
        await Deadline.UntilAsync(() => pipeline.Worker is not null, "the worker was started");

        pipeline.Stop(StopReason.HolderLost);

        await pipeline.Completion.InTime();
        workshop.Process.Done.ShouldContain("terminate");
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task Exit_WhileReady_IsACrash()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync();
        workshop.Process.Log.Add(LogSource.Stderr, "the last words");

        workshop.Process.Exit(139);

        var error = (await Workshop.NextEventAsync(pipeline)).Failed.Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("SIGSEGV");
        error.Message.ShouldContain("the last words");
        var receipt = (await Workshop.NextEventAsync(pipeline)).Released;
        receipt.How.ShouldBe(WorkerExit.Crashed);
        receipt.HeldBytes.ShouldBe(workshop.Process.Memory.Resident);
        receipt.Reason.ShouldContain("when it got ready");
        (await pipeline.Ended.InTime()).Error.ShouldBe(error);
        await Deadline.UntilAsync(() => pipeline.State == PipelineState.Failed, "the pipeline has failed");
    }

    [Fact]
    public async Task Exit_AfterTheStop_IsNoCrash()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = 143 });
        var pipeline = await workshop.OpenReadyAsync();

        pipeline.Stop(StopReason.Disposed);

        var receipt = (await Workshop.NextEventAsync(pipeline)).Released;
        receipt.How.ShouldBe(WorkerExit.Exited);
        receipt.ExitCode.ShouldBe(143);
        (await pipeline.Ended.InTime()).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    [Fact]
    public async Task Unkillable_IsQuarantinedAndReapedWhenItGoes()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null, OnKill = null });
        var pipeline = await workshop.OpenReadyAsync();

        pipeline.Stop(StopReason.Disposed);
        var outcome = await workshop.TurnUntilAsync(pipeline.Completion, TimeSpan.FromMilliseconds(500));

        outcome.Receipt.Verdict.ShouldBe(ReclaimVerdict.Partial);
        outcome.Receipt.Reason.ShouldContain("quarantined");
        outcome.Receipt.ResidualBytes.ShouldBe(workshop.Process.Memory.Resident);
        workshop.Registry.All.ShouldHaveSingleItem().State.ShouldBe(PipelineState.Quarantined);
        workshop.Process.Exit(137);
        await Deadline.UntilAsync(() => workshop.Registry.All.Count == 0, "the quarantined worker is forgotten once it is gone");
        workshop.Process.IsDisposed.ShouldBeTrue();
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task StartDeadline_NamesItsSetting()
    {
        using var workshop = new Workshop(connection: new FakeConnection { Listening = new TaskCompletionSource().Task });
        var pipeline = workshop.Registry.Open(Workshop.Spec());
        await Deadline.UntilAsync(() => pipeline.Worker is not null, "the worker was started");

        var outcome = await workshop.TurnUntilAsync(pipeline.Completion, TimeSpan.FromSeconds(10));

        outcome.StartFailure.ShouldNotBeNull().Error.Code.ShouldBe(ErrorCodes.WorkerStartFailed);
        outcome.StartFailure.Error.Message.ShouldContain("60 s (--start-timeout)");
        workshop.WorkerFolders.ShouldBeEmpty();
    }

    [Fact]
    public async Task Enter_CountsRequestsAndRefusesAfterTheEnd()
    {
        using var workshop = new Workshop();
        var pipeline = await workshop.OpenReadyAsync();
        using (pipeline.Enter())
        {
            pipeline.RunningRequests.ShouldBe(1);
        }

        pipeline.RunningRequests.ShouldBe(0);
        pipeline.Stop(StopReason.Requested);
        await pipeline.Completion.InTime();
        Should.Throw<SupervisorException>(() => pipeline.Enter()).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    [Fact]
    public async Task CudaPipeline_GetsAReceiptInDeviceMemory()
    {
        const long Mebibyte = 1 << 20;
        using var workshop = new Workshop(gpus: new FakeGpuMonitor(600 * Mebibyte, 9000 * Mebibyte, 9000 * Mebibyte, 602 * Mebibyte));
        var pipeline = await workshop.OpenReadyAsync("auto", "cuda:0");

        pipeline.Stop(StopReason.Disposed);
        var receipt = (await workshop.TurnUntilAsync(pipeline.Completion, TimeSpan.FromMilliseconds(10))).Receipt;

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed, receipt.Reason);
        receipt.Memory.ShouldBe(MemoryKind.Vram);
        receipt.HeldBytes.ShouldBe(8400 * Mebibyte);
        receipt.ReclaimedBytes.ShouldBe(8398 * Mebibyte);
        receipt.ResidualBytes.ShouldBe(2 * Mebibyte);
        receipt.Devices.ShouldHaveSingleItem().Uuid.ShouldBe(FakeGpuMonitor.Uuid);
    }
}
