using System.Globalization;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class StopTests
{
    private static readonly ProcessTable Processes = new();

    [Fact]
    public async Task WorkerThatIgnoresTheStop_IsKilled()
    {
        await using var supervisor = await RealSupervisor.StartAsync("ignore-stop");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var receipt = await holder.DisposePipelineAsync();

        receipt.How.ShouldBe(WorkerExit.Killed);
        receipt.ExitCode.ShouldBe(137);
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task StoppedWorker_IsKilled()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        Native.LibC.Kill(holder.Ready.WorkerPid, 19).ShouldBe(0); // SIGSTOP
        await Deadline.UntilAsync(() => Processes.Find(holder.Ready.WorkerPid) is { IsFrozen: true }, "all of its threads stand still");

        var receipt = await holder.DisposePipelineAsync();

        receipt.How.ShouldBe(WorkerExit.Killed);
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task GrandchildThatHoldsThePipes_GoesTooAndHoldsNothingUp()
    {
        await using var supervisor = await RealSupervisor.StartAsync("grandchild");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var pid = int.Parse(await File.ReadAllTextAsync(supervisor.Mark("grandchild")), CultureInfo.InvariantCulture);
        var grandchild = Processes.Find(pid).ShouldNotBeNull().Identity;

        var receipt = await holder.DisposePipelineAsync();

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        Processes.IsRunning(grandchild).ShouldBeFalse();
    }

    [Fact]
    public async Task StopPipeline_TellsTheHolderAndTheCaller()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync("pebble")).UntilReadyAsync();

        var receipt = (await supervisor.Host.StopPipelineAsync(new StopPipelineRequest { Pipeline = "pebble" }).ResponseAsync.InTime()).Receipt;
        var rest = await holder.RestAsync();

        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        rest.Count.ShouldBe(2);
        rest[0].Failed.Error.Code.ShouldBe(ErrorCodes.Stopped);
        rest[1].Released.ShouldBe(receipt);
    }

    [Fact]
    public async Task StopPipelineWhileLoading_EndsTheLoad()
    {
        await using var supervisor = await RealSupervisor.StartAsync("load-forever");
        using var holder = await supervisor.HoldAsync();
        await holder.NextAsync();
        var listed = (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem();
        listed.State.ShouldBe(PipelineState.Loading);

        await supervisor.Host.StopPipelineAsync(new StopPipelineRequest { Pipeline = listed.Id }).ResponseAsync.InTime();

        (await holder.RestAsync()).Select(e => e.EventCase).ShouldBe([HoldEvent.EventOneofCase.Failed, HoldEvent.EventOneofCase.Released]);
    }

    [Fact]
    public async Task Sigterm_StopsEveryPipelineAndLeavesNothing()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var first = await (await supervisor.HoldAsync("one")).UntilReadyAsync();
        using var second = await (await supervisor.HoldAsync("two")).UntilReadyAsync();

        Native.LibC.Kill(supervisor.Process.Id, Native.LibC.SigTerm).ShouldBe(0);

        (await first.RestAsync()).Last().Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        (await second.RestAsync()).Last().Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await supervisor.Process.WaitForExitAsync().InTime();
        supervisor.Process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task SigkillOfTheSupervisor_EndsItsWorkers_AndTheNextOneClearsUp()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var worker = Processes.Find(holder.Ready.WorkerPid).ShouldNotBeNull().Identity;

        supervisor.Process.Kill();
        await Deadline.UntilAsync(() => !Processes.IsRunning(worker), "the worker of a killed supervisor is gone");
        Directory.CreateDirectory(Path.Combine(supervisor.Folder, $"w-{supervisor.Process.Id}-99"));
        using var next = RealSupervisor.Start(supervisor.Socket, RealSupervisor.FakeHome, ["--owned"]);
        (await next.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");

        supervisor.WorkerFolders().ShouldBeEmpty();
        next.StandardInput.Close();
        await next.WaitForExitAsync().InTime();
    }
}
