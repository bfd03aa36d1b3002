using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Tests.Workers.MemoryLimits;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class MemoryLimitTests
{
    [Fact]
    public async Task WorkerAboveItsLimit_IsEndedForThat_AndLeavesNoGroup()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(
            supervision: new SupervisionConfig { MaxRestarts = 0 }, admission: new AdmissionConfig { MemoryLimitBytes = 192 << 20 })).UntilReadyAsync();
        using var neighbour = await (await supervisor.HoldAsync("neighbour")).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(GenerateAsync(supervisor, holder).InTime("the worker is ended"));

        var error = SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("memory_limit_bytes, 201326592");
        (await holder.RestAsync()).Last().Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await GenerateAsync(supervisor, neighbour).InTime("a worker without a limit takes what it likes");
        Groups(supervisor).ShouldBeEmpty();
    }

    [CgroupFact]
    public async Task KilledSupervisor_LeavesItsGroupsToTheNextOne()
    {
        await using var supervisor = await RealSupervisor.StartAsync("ignore-stop");
        using var holder = await (await supervisor.HoldAsync(admission: new AdmissionConfig { MemoryLimitBytes = 1 << 30 })).UntilReadyAsync();
        Groups(supervisor).ShouldHaveSingleItem();
        supervisor.Process.Kill();
        await supervisor.Process.WaitForExitAsync().InTime();

        using var next = RealSupervisor.Start(supervisor.Socket, RealSupervisor.FakeHome, ["--owned"]);
        (await next.StandardOutput.ReadLineAsync().InTime()).ShouldBe("ready");

        Groups(supervisor).ShouldBeEmpty();
        next.StandardInput.Close();
        await next.WaitForExitAsync().InTime();
    }

    private static string[] Groups(RealSupervisor supervisor) => MemoryController.Find() is { } controller
        ? Directory.GetDirectories(controller.PathOf(""), $"lmdeploy-w-{supervisor.Process.Id}-*")
        : [];

    private static async Task GenerateAsync(RealSupervisor supervisor, Holder holder)
    {
        using var call = supervisor.Pipelines.Generate(new GenerateRequest { Key = holder.Ready.Key, Prompts = { new Prompt { Text = "hoard linger" } } });
        while (await call.ResponseStream.MoveNext(CancellationToken.None) && call.ResponseStream.Current.Delta?.Text != "hoard")
        {
        }

        // Whoever is within his limit goes on; the other one is seen within moments.
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
