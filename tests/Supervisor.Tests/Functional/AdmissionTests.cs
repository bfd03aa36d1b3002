using Grpc.Core;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>Hosts with room for so many workers of a tiny model.</summary>
public sealed class AdmissionTests
{
    /// <summary>What a worker with <see cref="FakeModels"/> takes at most; its weights and cache are 131 KiB of it.</summary>
    private const long Worker = MemoryEstimator.HostOverhead + (200 << 10);

    [Fact]
    public async Task SecondPipeline_WaitsUntilTheFirstIsDisposed()
    {
        await using var supervisor = await StartAsync(Worker);
        using var first = await (await supervisor.HoldAsync("one")).UntilReadyAsync();
        using var second = await supervisor.HoldAsync("two");
        (await second.NextAsync()).Progress.Stage.ShouldBe(LoadStage.Waiting);
        var listed = (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines;
        listed.Single(pipeline => pipeline.Name == "one").PromisedBytes.ShouldBeInRange(MemoryEstimator.HostOverhead, Worker);
        listed.Single(pipeline => pipeline.Name == "two").State.ShouldBe(PipelineState.Starting);

        await first.DisposePipelineAsync();

        await second.UntilReadyAsync();
        await second.DisposePipelineAsync();
        File.Exists(Path.Combine(supervisor.Folder, "memory-host")).ShouldBeFalse("there are no promises left");
    }

    [Fact]
    public async Task SecondPipeline_FailsWhenThereIsNoRoomInTime()
    {
        await using var supervisor = await StartAsync(Worker);
        using var first = await (await supervisor.HoldAsync("one")).UntilReadyAsync();
        using var second = await supervisor.HoldAsync("two", admission: new AdmissionConfig { Timeout = Durations.Milliseconds(300) });

        var error = await ErrorOfAsync(second.UntilReadyAsync());

        error.Code.ShouldBe(ErrorCodes.InsufficientMemory);
        error.Message.ShouldContain("two needs 256 MiB");
        error.Message.ShouldContain("0 MiB of 256 MiB");
        error.Message.ShouldContain("one has 256 MiB");
        (await first.DisposePipelineAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task DisposeWhileWaiting_LeavesNoPromise()
    {
        await using var supervisor = await StartAsync(Worker);
        using var first = await (await supervisor.HoldAsync("one")).UntilReadyAsync();
        using var second = await supervisor.HoldAsync("two");
        (await second.NextAsync()).Progress.Stage.ShouldBe(LoadStage.Waiting);

        (await second.DisposePipelineAsync()).Reason.ShouldBe("no worker was started");

        await first.DisposePipelineAsync();
        using var third = await (await supervisor.HoldAsync("three")).UntilReadyAsync();
    }

    [Fact]
    public async Task PipelineThatCanNeverFit_FailsAtOnce()
    {
        await using var supervisor = await StartAsync(Worker / 2);
        using var holder = await supervisor.HoldAsync("one");

        var error = await ErrorOfAsync(holder.UntilReadyAsync());

        error.Code.ShouldBe(ErrorCodes.InsufficientMemory);
        error.Message.ShouldContain("the host has 128 MiB in all");
    }

    [Fact]
    public async Task KilledWorker_GivesItsMemoryToTheOneThatTakesItsPlace()
    {
        await using var supervisor = await StartAsync(Worker);
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        System.Diagnostics.Process.GetProcessById(holder.Ready.WorkerPid).Kill();

        (await holder.NextAsync()).Restarted.ShouldNotBeNull().WorkerPid.ShouldNotBe(holder.Ready.WorkerPid);
    }

    [Fact]
    public async Task TwoSupervisors_DoNotPromiseTheSameBytes()
    {
        using var runtime = new TemporaryFolder();
        await using var one = await StartAsync(Worker, runtime.Path);
        await using var other = await StartAsync(Worker, runtime.Path);
        using var first = await (await one.HoldAsync("one")).UntilReadyAsync();
        using var second = await other.HoldAsync("two");
        (await second.NextAsync()).Progress.Stage.ShouldBe(LoadStage.Waiting);

        await first.DisposePipelineAsync();

        await second.UntilReadyAsync();
        await second.DisposePipelineAsync();
        Directory.GetFileSystemEntries(runtime.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task KilledSupervisor_TakesItsPromisesWithIt()
    {
        using var runtime = new TemporaryFolder();
        await using var living = await StartAsync(Worker, runtime.Path);
        using var folder = new TemporaryFolder();
        using var killed = RealSupervisor.Start(
            folder.File("s.sock"), RealSupervisor.FakeHome, ["--owned", "--host-memory", $"{Worker}"], runtime: runtime.Path);
        (await killed.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");
        using var channel = RealSupervisor.OpenChannel(folder.File("s.sock"));
        using var call = new V1.Pipelines.PipelinesClient(channel).Hold();
        await call.RequestStream.WriteAsync(
            new HoldRequest { Open = new OpenPipeline { Model = FakeModels.Path("m"), Engine = new EngineConfig { Device = EngineDevice.Cpu } } });
        using var first = await new Holder(call).UntilReadyAsync();
        using var second = await living.HoldAsync("two");
        (await second.NextAsync()).Progress.Stage.ShouldBe(LoadStage.Waiting);

        killed.Kill();

        await second.UntilReadyAsync();
    }

    [Fact]
    public async Task NamedPipeline_IsLoadedByItsFirstRequestAndEvictedForAnother()
    {
        await using var supervisor = await StartAsync(2 * Worker);
        await LoadAsync(supervisor, "oldest");
        await LoadAsync(supervisor, "newer");

        (await LoadAsync(supervisor, "newest")).PromisedBytes.ShouldBeInRange(MemoryEstimator.HostOverhead, Worker);

        (await NamesAsync(supervisor)).ShouldBe(["newer", "newest"], ignoreOrder: true);
        (await AnswerAsync(supervisor, "oldest")).ShouldBe("aword");
        (await NamesAsync(supervisor)).ShouldBe(["newest", "oldest"], ignoreOrder: true);
    }

    [Fact]
    public async Task Eviction_SparesWhatServesAndWhatIsPinned()
    {
        await using var supervisor = await StartAsync(2 * Worker);
        await LoadAsync(supervisor, "pinned", pinned: true);
        await LoadAsync(supervisor, "busy");
        using var endless = supervisor.Pipelines.Generate(new GenerateRequest { Key = "name/busy", Prompts = { new Prompt { Text = "endless" } } });
        (await endless.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue();

        using var holder = await supervisor.HoldAsync("third", admission: new AdmissionConfig { Timeout = Durations.Milliseconds(500) });
        (await ErrorOfAsync(holder.UntilReadyAsync())).Code.ShouldBe(ErrorCodes.InsufficientMemory);
        (await NamesAsync(supervisor)).ShouldBe(["busy", "pinned"], ignoreOrder: true);

        endless.Dispose();
        using var later = await (await supervisor.HoldAsync("third")).UntilReadyAsync();
        (await NamesAsync(supervisor)).ShouldBe(["pinned", "third"], ignoreOrder: true);
    }

    [Fact]
    public async Task NamedPipeline_IsUnloadedWhenNobodyUsesIt()
    {
        await using var supervisor = await StartAsync(Worker);
        var loaded = await LoadAsync(supervisor, "a", ttl: 200);
        loaded.Named.ShouldBeTrue();
        loaded.Ttl.ToTimeSpan().ShouldBe(TimeSpan.FromSeconds(0.2));

        await Deadline.UntilAsync(() => supervisor.Host.ListPipelines(new ListPipelinesRequest()).Pipelines.Count == 0, "it is unloaded");

        (await AnswerAsync(supervisor, "a")).ShouldBe("aword");
        var receipt = (await supervisor.Host.UnloadPipelineAsync(new UnloadPipelineRequest { Name = "a" }).ResponseAsync.InTime()).Receipt;
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        (await ErrorOfAsync(supervisor.Host.UnloadPipelineAsync(new UnloadPipelineRequest { Name = "a" }).ResponseAsync)).Code.ShouldBe(
            ErrorCodes.PipelineNotFound);
        (await ErrorOfAsync(AnswerAsync(supervisor, "a"))).Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    private static Task<RealSupervisor> StartAsync(long hostMemory, string? runtime = null) =>
        RealSupervisor.StartSharingAsync(runtime, "--host-memory", $"{hostMemory}");

    private static async Task<PipelineInfo> LoadAsync(RealSupervisor supervisor, string name, long ttl = 0, bool pinned = false) =>
        (await supervisor.Host.LoadPipelineAsync(
            new LoadPipelineRequest
            {
                Open = new OpenPipeline { Model = FakeModels.Path(name), Engine = new EngineConfig { Device = EngineDevice.Cpu } },
                Ttl = Durations.Milliseconds(ttl),
                Pinned = pinned,
            }).ResponseAsync.InTime()).Pipeline;

    private static async Task<List<string>> NamesAsync(RealSupervisor supervisor) =>
        [.. (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.Where(pipeline => pipeline.State == PipelineState.Ready)
            .Select(pipeline => pipeline.Name)];

    private static async Task<string> AnswerAsync(RealSupervisor supervisor, string name)
    {
        using var call = supervisor.Pipelines.Generate(new GenerateRequest { Key = "name/" + name, Prompts = { new Prompt { Text = "a word" } } });
        var text = "";
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the next event of the answer"))
        {
            text += call.ResponseStream.Current.Delta?.Text;
        }

        return text;
    }

    private static async Task<Error> ErrorOfAsync(Task call)
    {
        var failure = await Should.ThrowAsync<RpcException>(call.InTime("the failure of the call"));
        return SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error;
    }
}
