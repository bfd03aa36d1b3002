using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class OrphanTests
{
    private static readonly ProcessTable Processes = new();

    /// <summary>The fake has no guards when it ignores the stop.</summary>
    [Fact]
    public async Task WorkerWhoseGuardsFailed_IsEndedByTheNextSupervisor()
    {
        await using var supervisor = await RealSupervisor.StartAsync("ignore-stop");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var worker = Processes.Find(holder.Ready.WorkerPid).ShouldNotBeNull().Identity;
        supervisor.Process.Kill();
        await supervisor.Process.WaitForExitAsync().InTime();
        Processes.IsRunning(worker).ShouldBeTrue("the test needs a worker that stays");

        using var next = RealSupervisor.Start(supervisor.Socket, RealSupervisor.FakeHome, ["--owned"]);
        (await next.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");

        Processes.IsRunning(worker).ShouldBeFalse();
        Records(supervisor).ShouldBeEmpty();
        next.StandardInput.Close();
        await next.WaitForExitAsync().InTime();
    }

    [Fact]
    public async Task Record_IsThereWhileTheWorkerIs_AndProvesIt()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var record = WorkerRecord.TryRead(Records(supervisor).ShouldHaveSingleItem()).ShouldNotBeNull();

        record.Supervisor.ShouldBe(supervisor.Process.Id);
        record.SupervisorStart.ShouldBe(OrphanedWorkers.StartOf(supervisor.Process.Id)!.Value);
        record.Worker.ShouldBe(holder.Ready.WorkerPid);
        record.WorkerStart.ShouldBe(OrphanedWorkers.StartOf(holder.Ready.WorkerPid)!.Value);
        (await File.ReadAllTextAsync($"/proc/{holder.Ready.WorkerPid}/cmdline")).Split('\0').ShouldContain(record.TokenHash);
        await holder.DisposePipelineAsync();
        Records(supervisor).ShouldBeEmpty();
    }

    private static string[] Records(RealSupervisor supervisor) => Directory.GetFiles(supervisor.Folder, "*" + WorkerRecord.Suffix);
}
