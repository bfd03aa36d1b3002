using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class StandbyTests
{
    private static readonly ProcessTable Processes = new();

    [Fact]
    public async Task Pipeline_GetsTheWorkerThatStandsBy_AndTheNextOneIsMade()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--standby", "1");
        await UntilStandingByAsync(supervisor);
        var waiting = Workers(supervisor).ShouldHaveSingleItem();

        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        holder.Ready.WorkerPid.ShouldBe(waiting.Pid);
        await UntilStandingByAsync(supervisor);
        Workers(supervisor).Count.ShouldBe(2);
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem().WorkerPid.ShouldBe(waiting.Pid);
        (await holder.DisposePipelineAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        Processes.IsRunning(waiting).ShouldBeFalse();
    }

    [Fact]
    public async Task KilledWorkerThatStoodBy_IsReplaced()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--standby", "1");
        await UntilStandingByAsync(supervisor);
        var first = Workers(supervisor).ShouldHaveSingleItem();

        Native.LibC.Kill(first.Pid, Native.LibC.SigKill).ShouldBe(0);

        await Deadline.UntilAsync(() => Standing(supervisor) == 1 && Workers(supervisor).All(worker => worker != first), "another one stands by");
    }

    [Fact]
    public async Task FrozenWorkerThatStoodBy_IsNotUsed()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--standby", "1");
        await UntilStandingByAsync(supervisor);
        var frozen = Workers(supervisor).ShouldHaveSingleItem();
        Native.LibC.Kill(frozen.Pid, 19).ShouldBe(0); // SIGSTOP

        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        holder.Ready.WorkerPid.ShouldNotBe(frozen.Pid);
        await Deadline.UntilAsync(() => !Processes.IsRunning(frozen), "the frozen worker is ended");
    }

    [Fact]
    public async Task WorkersThatCannotBePrepared_HoldNothingUp()
    {
        await using var supervisor = await RealSupervisor.StartAsync("prepare-error", null, "--standby", "1");

        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        Standing(supervisor).ShouldBe(0);
    }

    [Fact]
    public async Task FirstPipeline_GetsTheWorkerThatStartedWithTheSupervisor()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--first-worker", "cpu");

        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var worker = Workers(supervisor).ShouldHaveSingleItem();
        holder.Ready.WorkerPid.ShouldBe(worker.Pid);
        (await holder.DisposePipelineAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        Workers(supervisor).ShouldBeEmpty();
    }

    [Fact]
    public async Task IdleSupervisor_LeavesAlsoWhenItsFirstWorkerWaits()
    {
        using var folder = new TemporaryFolder();
        using var process = RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, ["--idle-timeout", "1", "--first-worker", "cpu"]);
        (await process.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");

        await process.WaitForExitAsync().InTime("the exit of an idle supervisor");

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("s.sock.log")]);
    }

    [Fact]
    public async Task IdleSupervisor_LeavesAlsoWhenWorkersStandBy()
    {
        using var folder = new TemporaryFolder();
        using var process = RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, ["--idle-timeout", "2", "--standby", "2"]);
        (await process.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");
        var workers = Children(process.Id).ToList();
        await Deadline.UntilAsync(() => (workers = [.. Children(process.Id)]).Count > 0, "a worker is started");

        await process.WaitForExitAsync().InTime("the exit of an idle supervisor");

        workers.Where(Processes.IsRunning).ShouldBeEmpty();
        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("s.sock.log")]);
    }

    private static int Standing(RealSupervisor supervisor) => supervisor.Host.GetInfo(new GetInfoRequest()).Host.StandbyWorkers;

    private static Task UntilStandingByAsync(RealSupervisor supervisor) => Deadline.UntilAsync(() => Standing(supervisor) == 1, "a worker stands by");

    private static List<ProcessIdentity> Workers(RealSupervisor supervisor) =>
        [.. Children(supervisor.Process.Id)];

    private static IEnumerable<ProcessIdentity> Children(int parent) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? Processes.Find(pid) : null)
        .OfType<ProcessRecord>().Where(record => record.Parent == parent && !record.IsZombie).Select(record => record.Identity);
}
