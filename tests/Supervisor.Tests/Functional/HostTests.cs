using System.Diagnostics;
using Grpc.Core;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class HostTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task ListPipelines_DescribesWhatRuns()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync("pebble")).UntilReadyAsync();

        var listed = (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem();

        listed.Id.ShouldBe(holder.Ready.Id);
        listed.Name.ShouldBe("pebble");
        listed.Model.ShouldBe(FakeModels.Path("pebble"));
        listed.State.ShouldBe(PipelineState.Ready);
        listed.WorkerPid.ShouldBe(holder.Ready.WorkerPid);
        listed.HolderPid.ShouldBe(Environment.ProcessId);
        listed.HeldBytes.ShouldBeGreaterThan(1 << 20);
        listed.Memory.ShouldBe(MemoryKind.Rss);
        listed.Device.ShouldBe("cpu");
    }

    [Fact]
    public async Task ReadLogs_SurvivesAFloodAndKeepsItsEnd()
    {
        await using var supervisor = await RealSupervisor.StartAsync("flood-stderr");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        using var call = supervisor.Host.ReadLogs(new ReadLogsRequest { Pipeline = holder.Ready.Id });
        var lines = new List<LogLine>();
        await foreach (var line in call.ResponseStream.ReadAllAsync())
        {
            lines.Add(line);
        }

        lines.Count.ShouldBe(33);
        lines.ShouldContain(line => line.Source == LogSource.Stdout && line.Text.Contains("garbage"));
        lines.Count(line => line is { Source: LogSource.Stderr, Text: "fake: end of the flood" }).ShouldBe(16);
        lines.Max(line => line.Text.Length).ShouldBeLessThan(5000);
    }

    [Fact]
    public async Task ReadLogs_FollowsUntilTheWorkerIsGone()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = supervisor.Host.ReadLogs(new ReadLogsRequest { Pipeline = holder.Ready.Id, Follow = true });
        (await call.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue();

        await holder.DisposePipelineAsync();

        (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the end of the log")).ShouldBeFalse();
    }

    [Fact]
    public async Task CheckEnvironment_AsksAWorkerAndLeavesNone()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var report = (await supervisor.Host.CheckEnvironmentAsync(new CheckEnvironmentRequest()).ResponseAsync.InTime()).Report;

        report.Usable.ShouldBeTrue();
        report.Checks.Select(check => check.Name).ShouldBe(["nvml", "worker", "fake"]);
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task MeasureCeilings_AsksAWorkerAndLeavesNone()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var ceilings = (await supervisor.Host.MeasureCeilingsAsync(new MeasureCeilingsRequest()).ResponseAsync.InTime()).Ceilings;

        (ceilings.Device, ceilings.ProductFlops).ShouldBe(("fake", 7));
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task CheckEnvironment_SaysWhyNoWorkerStarts()
    {
        await using var supervisor = await RealSupervisor.StartAsync("exit-before-ready");

        var report = (await supervisor.Host.CheckEnvironmentAsync(new CheckEnvironmentRequest()).ResponseAsync.InTime()).Report;

        report.Usable.ShouldBeFalse();
        report.Checks.ShouldContain(
            check => check.Name == "worker" && check.Status == EnvironmentCheckStatus.Failed && check.Detail.Contains("cannot find libtorch"));
    }

    [Fact]
    public async Task ListGpus_AnswersAlsoWithoutADriver()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var response = await supervisor.Host.ListGpusAsync(new ListGpusRequest()).ResponseAsync.InTime();

        (response.Gpus.Count > 0 || response.Unavailable.Length > 0).ShouldBeTrue("neither devices nor a reason");
    }

    [Fact]
    public async Task Shutdown_EndsPipelinesAndSupervisor()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        await supervisor.Host.ShutdownAsync(new ShutdownRequest()).ResponseAsync.InTime();

        (await holder.RestAsync()).Select(e => e.EventCase).ShouldBe([HoldEvent.EventOneofCase.Failed, HoldEvent.EventOneofCase.Released]);
        await supervisor.Process.WaitForExitAsync().InTime();
        supervisor.Process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task SecondSupervisor_FindsTheFirst()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        using var second = RealSupervisor.Start(supervisor.Socket, RealSupervisor.FakeHome, []);

        (await second.StandardOutput.ReadToEndAsync().InTime()).ShouldBe("already-running\n");
        await second.WaitForExitAsync().InTime();
        second.ExitCode.ShouldBe(0);
        (await supervisor.Host.GetInfoAsync(new GetInfoRequest())).Host.Pid.ShouldBe(supervisor.Process.Id);
    }

    [Fact]
    public async Task ManyAtOnce_OneStartsAndTheOthersFindItListening()
    {
        using var folder = new TemporaryFolder();
        var starts = Enumerable.Range(0, 4).Select(_ => RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, ["--idle-timeout", "2"])).ToList();

        var answers = await Task.WhenAll(starts.Select(start => start.StandardOutput.ReadLineAsync().InTime()));

        answers.Order().ShouldBe(["already-running", "already-running", "already-running", "ready"]);
        await Task.WhenAll(starts.Select(start => start.WaitForExitAsync().InTime("all have left")));
        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("s.sock.log")]);
        starts.ForEach(start => start.Dispose());
    }

    [Fact]
    public async Task IdleSupervisor_LeavesAndLetsGoOfTheClientsPipes()
    {
        using var folder = new TemporaryFolder();
        using var process = RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, ["--idle-timeout", "1"]);

        (await process.StandardOutput.ReadToEndAsync().InTime("the end of the client's pipe")).ShouldBe("ready\n");
        await process.WaitForExitAsync().InTime("the exit of an idle supervisor");

        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task WrongArgument_FailsInOneLine()
    {
        using var folder = new TemporaryFolder();
        using var process = RealSupervisor.Start(folder.File("s.sock"), "/", ["--idle-timeout", "soon"]);

        (await process.StandardOutput.ReadToEndAsync().InTime()).ShouldStartWith("failed --idle-timeout soon: expected seconds");
        await process.WaitForExitAsync().InTime();
        process.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Worker_IsMetInAPrivateFolder()
    {
        await using var supervisor = await RealSupervisor.StartAsync("silent");
        using var holder = await supervisor.HoldAsync();
        await Deadline.UntilAsync(() => supervisor.WorkerFolders().Length == 1, "the folder of a starting worker");

        File.GetUnixFileMode(supervisor.WorkerFolders().Single()).ShouldBe(OwnerOnly);
        File.GetUnixFileMode(supervisor.Folder).ShouldBe(OwnerOnly);
    }

    [Fact]
    public async Task Worker_GetsAFewVariablesAndNoDescriptors()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        supervisor.WorkerFolders().ShouldBeEmpty("once they have met, nothing has to be on disk");
        var environment = await File.ReadAllLinesAsync(supervisor.Mark("environment"));
        environment.ShouldContain("CUDA_DEVICE_ORDER");
        environment.ShouldNotContain("A_SECRET");
        var descriptors = await File.ReadAllLinesAsync(supervisor.Mark("descriptors"));
        descriptors.ShouldNotContain(descriptor => descriptor.Contains("s.sock"));
    }
}
