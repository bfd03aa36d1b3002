using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class HoldTests
{
    private static readonly ProcessTable Processes = new();

    [Fact]
    public async Task HalfClose_ReclaimsTheWorkerAndSaysSo()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var worker = Processes.Find(holder.Ready.WorkerPid).ShouldNotBeNull().Identity;
        holder.Ready.Key.Length.ShouldBe(32);
        holder.Events.ShouldContain(e => e.Progress != null && e.Progress.Stage == LoadStage.Loading);

        var receipt = await holder.DisposePipelineAsync();

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipt.WorkerPid.ShouldBe(worker.Pid);
        receipt.Memory.ShouldBe(MemoryKind.Rss);
        receipt.HeldBytes.ShouldBeGreaterThan(1 << 20);
        receipt.PeakBytes.ShouldBeGreaterThanOrEqualTo(receipt.HeldBytes);
        receipt.ReclaimedBytes.ShouldBe(receipt.HeldBytes);
        receipt.ResidualBytes.ShouldBe(0);
        receipt.How.ShouldBe(WorkerExit.Exited);
        receipt.ExitCode.ShouldBe(0);
        Processes.IsRunning(worker).ShouldBeFalse();
        supervisor.WorkerFolders().ShouldBeEmpty();
        Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{worker.Pid}-{worker.StartTicks}-*").ShouldBeEmpty();
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldBeEmpty();
    }

    [Fact]
    public async Task BrokenCall_ReclaimsTheWorker()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var worker = Processes.Find(holder.Ready.WorkerPid).ShouldNotBeNull().Identity;

        holder.Dispose();

        await Deadline.UntilAsync(() => !Processes.IsRunning(worker) && supervisor.WorkerFolders().Length == 0, "the worker of a lost holder is gone");
    }

    [Fact]
    public async Task FrozenClient_IsDroppedAndItsWorkerReclaimed()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--client-timeout", "6");
        using var frozen = new SemaphoreSlim(1);
        using var channel = supervisor.OpenChannel(stream => new FreezableStream(stream, frozen));
        using var call = new V1.Pipelines.PipelinesClient(channel).Hold();
        await call.RequestStream.WriteAsync(
            new HoldRequest { Open = new OpenPipeline { Model = FakeModels.Path("m"), Engine = new EngineConfig { Device = EngineDevice.Cpu } } });
        using var holder = await new Holder(call).UntilReadyAsync();
        var worker = Processes.Find(holder.Ready.WorkerPid).ShouldNotBeNull().Identity;

        await frozen.WaitAsync();

        await Deadline.UntilAsync(() => !Processes.IsRunning(worker) && supervisor.WorkerFolders().Length == 0, "the worker of a frozen client is gone");
        frozen.Release();
    }

    [Fact]
    public async Task BrokenCallWhileLoading_ReclaimsTheWorker()
    {
        await using var supervisor = await RealSupervisor.StartAsync("load-forever");
        var holder = await supervisor.HoldAsync();
        await holder.NextAsync();
        var listing = await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest()).ResponseAsync.InTime();
        var worker = Processes.Find(listing.Pipelines.Single().WorkerPid).ShouldNotBeNull().Identity;

        holder.Dispose();

        await Deadline.UntilAsync(() => !Processes.IsRunning(worker), "the worker of a lost holder is gone");
    }

    [Fact]
    public async Task LoadError_EndsTheCallWithTheWorkersOwnError()
    {
        await using var supervisor = await RealSupervisor.StartAsync("load-error");
        using var holder = await supervisor.HoldAsync();

        var failure = await Should.ThrowAsync<RpcException>(holder.UntilReadyAsync());

        failure.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        SupervisorException.From(failure).ShouldNotBeNull().Error.ShouldBe(
            new Error { Code = ErrorCodes.MissingTensor, Message = "model.norm.weight is missing", Subject = "model.norm.weight" });
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task LoadTimeout_IsTypedAndLeavesNothing()
    {
        await using var supervisor = await RealSupervisor.StartAsync("load-forever");
        using var holder = await supervisor.HoldAsync(supervision: new SupervisionConfig { LoadTimeout = Durations.Milliseconds(2500) });

        var error = await ErrorOfAsync(holder.UntilReadyAsync());

        error.Code.ShouldBe(ErrorCodes.LoadTimeout);
        error.Message.ShouldContain("load_timeout_ms");
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("exit-before-ready", ErrorCodes.WorkerStartFailed, "exit code 3")]
    [InlineData("exit-before-ready", ErrorCodes.WorkerStartFailed, "cannot find libtorch")]
    [InlineData("silent", ErrorCodes.WorkerStartFailed, "--start-timeout")]
    [InlineData("wrong-version", ErrorCodes.ProtocolMismatch, "protocol 99")]
    [InlineData("old-version", ErrorCodes.ProtocolMismatch, "protocol 1,")]
    [InlineData("no-version", ErrorCodes.ProtocolMismatch, "protocol 0,")]
    [InlineData("crash-on-load", ErrorCodes.WorkerCrashed, "the loader fell over")]
    public async Task WorkerThatDoesNotGetReady_IsExplainedAndLeavesNothing(string fake, string code, string message)
    {
        await using var supervisor = await RealSupervisor.StartAsync(fake, null, "--start-timeout", fake == "silent" ? "1" : "30");
        using var holder = await supervisor.HoldAsync();

        var error = await ErrorOfAsync(holder.UntilReadyAsync());

        error.Code.ShouldBe(code, error.Message);
        error.Message.ShouldContain(message);
        supervisor.WorkerFolders().ShouldBeEmpty();
        (await supervisor.Host.GetInfoAsync(new GetInfoRequest())).Host.Pid.ShouldBe(supervisor.Process.Id);
    }

    [Theory]
    [InlineData(null, UnixFileMode.None, "no worker executable")]
    [InlineData("", UnixFileMode.UserRead, "no execute permission")]
    [InlineData(
        "#!/bin/sh\necho 'error while loading shared libraries: libc++.so.9' >&2; exit 127",
        UnixFileMode.UserRead | UnixFileMode.UserExecute,
        "shared libraries: libc++.so.9")]
    [InlineData("\u007fELF garbage", UnixFileMode.UserRead | UnixFileMode.UserExecute, "another architecture")]
    public async Task ExecutableThatCannotRun_IsExplained(string? content, UnixFileMode mode, string message)
    {
        using var home = new TemporaryFolder();
        if (content is not null)
        {
            Directory.CreateDirectory(home.File("worker"));
            await File.WriteAllTextAsync(home.File("worker/lmdeploy-worker"), content);
            File.SetUnixFileMode(home.File("worker/lmdeploy-worker"), mode);
        }

        await using var supervisor = await RealSupervisor.StartAsync(home: home.Path);
        using var holder = await supervisor.HoldAsync();

        var error = await ErrorOfAsync(holder.UntilReadyAsync());

        error.Code.ShouldBe(ErrorCodes.WorkerStartFailed);
        error.Message.ShouldContain(message);
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task KilledWorker_TellsItsHolderWhy()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: RealSupervisor.WithoutRestarts)).UntilReadyAsync();

        System.Diagnostics.Process.GetProcessById(holder.Ready.WorkerPid).Kill();
        var rest = await holder.RestAsync();

        rest.Count.ShouldBe(2);
        rest[0].Failed.Error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        rest[0].Failed.Error.Message.ShouldContain("SIGKILL");
        rest[1].Released.How.ShouldBe(WorkerExit.Crashed);
        rest[1].Released.ExitCode.ShouldBe(137);
        rest[1].Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        for (var i = 0; i < 20; i++)
        {
            // The connection is still good: a Hold that the supervisor ended leaves no read behind on its stream.
            (await supervisor.Host.GetInfoAsync(new GetInfoRequest())).Host.Pid.ShouldBe(supervisor.Process.Id);
        }
    }

    [Fact]
    public async Task KilledWorker_IsReplaced()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        System.Diagnostics.Process.GetProcessById(holder.Ready.WorkerPid).Kill();

        var restarted = (await holder.NextAsync()).Restarted.ShouldNotBeNull();
        restarted.WorkerPid.ShouldNotBe(holder.Ready.WorkerPid);
        restarted.Cause.Message.ShouldContain("SIGKILL");
        (await holder.DisposePipelineAsync()).WorkerPid.ShouldBe(restarted.WorkerPid);
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task EmptyModelPath_IsRefused()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var call = supervisor.Pipelines.Hold();
        await call.RequestStream.WriteAsync(new HoldRequest { Open = new OpenPipeline() });

        var error = await ErrorOfAsync(call.ResponseStream.MoveNext(CancellationToken.None));

        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Subject.ShouldBe("model");
    }

    private static async Task<Error> ErrorOfAsync(Task call)
    {
        var failure = await Should.ThrowAsync<RpcException>(call.InTime("the failure of the call"));
        return SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error;
    }
}
