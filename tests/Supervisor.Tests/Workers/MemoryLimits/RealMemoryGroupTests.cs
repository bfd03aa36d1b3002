using System.Diagnostics;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Tests.Workers.MemoryLimits;

public sealed class RealMemoryGroupTests
{
    private const long Limit = 64 << 20;

    /// <summary>Takes memory without end once it is told to; the limit of addresses is there should the group not hold it.</summary>
    private const string Glutton = "ulimit -v 2000000; read x; exec tail /dev/zero";

    [CgroupFact]
    public async Task Group_KillsWhatDoesNotFitAndTellsSo()
    {
        var controller = MemoryController.Find()!;
        var events = new OomEvents(controller);
        var mark = events.Mark();
        var group = controller.Create($"lmdeploy-test-{Environment.ProcessId}", Limit);
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Glutton]) { RedirectStandardInput = true })!;
        var identity = new ProcessTable().Find(process.Id)!.Value.Identity;
        group.Add(process.Id);
        group.WasHit.ShouldBeFalse();
        group.TryRemove().ShouldBeFalse("a process is in it");

        await process.StandardInput.WriteLineAsync("eat");
        await process.WaitForExitAsync().InTime("the kernel kills the process");

        process.ExitCode.ShouldBe(137);
        group.WasHit.ShouldBeTrue();
        group.TryRemove().ShouldBeTrue();
        if (new OomEvents(controller: null).WasKilled(identity, default) is { } logged)
        {
            logged.ShouldBeTrue("the kernel's log can be read and names the process");
            events.WasKilled(identity, mark).ShouldBe(true);
        }
    }

    [CgroupFact]
    public async Task KilledByHand_WasNotTheKernel()
    {
        var events = new OomEvents(MemoryController.Find());
        var mark = events.Mark();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read x"]) { RedirectStandardInput = true })!;
        var identity = new ProcessTable().Find(process.Id)!.Value.Identity;

        process.Kill();
        await process.WaitForExitAsync().InTime();

        events.WasKilled(identity, mark).ShouldBe(false);
    }
}
