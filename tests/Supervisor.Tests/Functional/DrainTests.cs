using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class DrainTests
{
    private const int SigInt = 2;

    [Fact]
    public async Task Sigterm_LetsRunningRequestsFinish_AndRefusesNewOnes()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = await StartLingeringAsync(supervisor, holder);

        Signal(supervisor, Native.LibC.SigTerm);

        var refused = await RefusedAsync(supervisor, holder);
        refused.Code.ShouldBe(ErrorCodes.SupervisorUnavailable);
        refused.Message.ShouldContain("draining");
        using var late = await supervisor.HoldAsync("late");
        SupervisorException.From(await Should.ThrowAsync<RpcException>(late.NextAsync())).ShouldNotBeNull().Error.Code.ShouldBe(
            ErrorCodes.SupervisorUnavailable);
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem().State.ShouldBe(PipelineState.Ready);

        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        var rest = await RestAsync(call);
        rest.Where(e => e.Delta is not null).Select(e => e.Delta.Text).ShouldBe(["linger", "b"]);
        rest[^1].Finished.ShouldNotBeNull().Reason.ShouldBe(FinishReason.Stop);
        var events = await holder.RestAsync();
        events[0].Failed.Error.Code.ShouldBe(ErrorCodes.Stopped);
        events[1].Released.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        await supervisor.Process.WaitForExitAsync().InTime("the exit of a supervisor that has drained");
        supervisor.Process.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("second SIGTERM")]
    [InlineData("SIGINT")]
    [InlineData("Shutdown")]
    [InlineData("end of input")]
    public async Task Hurry_EndsTheDrain(string how)
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--drain-timeout", "86400");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = await StartLingeringAsync(supervisor, holder);
        Signal(supervisor, Native.LibC.SigTerm);
        await RefusedAsync(supervisor, holder);

        switch (how)
        {
            case "second SIGTERM":
                Signal(supervisor, Native.LibC.SigTerm);
                break;
            case "SIGINT":
                Signal(supervisor, SigInt);
                break;
            case "Shutdown":
                await supervisor.Host.ShutdownAsync(new ShutdownRequest());
                break;
            default:
                supervisor.Process.StandardInput.Close();
                break;
        }

        var failure = await Should.ThrowAsync<RpcException>(RestAsync(call));
        SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(ErrorCodes.Stopped);
        (await holder.RestAsync()).Last().Released.ShouldNotBeNull();
        await supervisor.Process.WaitForExitAsync().InTime("the exit of a supervisor in a hurry");
    }

    [Fact]
    public async Task NextSupervisor_WaitsForTheDrain_AndThenListens()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--drain-timeout", "86400");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = await StartLingeringAsync(supervisor, holder);
        Signal(supervisor, Native.LibC.SigTerm);
        await RefusedAsync(supervisor, holder);

        using var next = RealSupervisor.Start(supervisor.Socket, RealSupervisor.FakeHome, ["--owned"]);
        var answer = next.StandardOutput.ReadLineAsync();
        await Deadline.UntilAsync(() => ThreadNames(next.Id).Contains(".NET Long Runni"), "the next supervisor waits for the first to leave");
        answer.IsCompleted.ShouldBeFalse("a supervisor that drains is not one to come back to");
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");

        (await answer.InTime("the next supervisor listens")).ShouldBe("ready");
        await supervisor.Process.WaitForExitAsync().InTime("the first one has left");
        next.StandardInput.Close();
        await next.WaitForExitAsync().InTime();
    }

    [Fact]
    public async Task Sigint_DoesNotDrain()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--drain-timeout", "86400");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = await StartLingeringAsync(supervisor, holder);

        Signal(supervisor, SigInt);

        await supervisor.Process.WaitForExitAsync().InTime("the exit after SIGINT");
    }

    [Fact]
    public async Task Drain_EndsAtItsDeadline()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--drain-timeout", "0.5");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        using var call = await StartLingeringAsync(supervisor, holder);

        Signal(supervisor, Native.LibC.SigTerm);

        await Should.ThrowAsync<RpcException>(RestAsync(call));
        (await holder.RestAsync()).Last().Released.ShouldNotBeNull();
        await supervisor.Process.WaitForExitAsync().InTime("the exit at the end of the drain's time");
        supervisor.ReadLog().ShouldContain("The drain ended with 1 requests still running");
    }

    [Fact]
    public async Task Sigterm_WhileItWaitsForItsTurn_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        await using (new FileStream(folder.File("s.sock.log"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            using var process = RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, []);
            await Deadline.UntilAsync(() => ThreadNames(process.Id).Contains(".NET Long Runni"), "the supervisor waits for the lock");

            Native.LibC.Kill(process.Id, Native.LibC.SigTerm).ShouldBe(0);

            (await process.StandardOutput.ReadToEndAsync().InTime("the supervisor's last word")).ShouldStartWith(
                "failed it was told to end before it had started: SIGTERM");
            await process.WaitForExitAsync().InTime();
        }

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("s.sock.log")]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Sigterm_AtAnyMomentOfTheStart_LeavesNothing(int milliseconds)
    {
        using var folder = new TemporaryFolder();
        using var process = RealSupervisor.Start(folder.File("s.sock"), RealSupervisor.FakeHome, []);
        process.WaitForExit(milliseconds); // A moment of the start, whichever it is: all have to end well.

        _ = Native.LibC.Kill(process.Id, Native.LibC.SigTerm);

        await process.WaitForExitAsync().InTime("the exit of a supervisor that was told to end as it started");
        Directory.GetFileSystemEntries(folder.Path).ShouldBeSubsetOf([folder.File("s.sock.log")]);
    }

    private static IEnumerable<string> ThreadNames(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task").Select(task => File.ReadAllText(Path.Combine(task, "comm")).Trim());

    private static void Signal(RealSupervisor supervisor, int signal) => Native.LibC.Kill(supervisor.Process.Id, signal).ShouldBe(0);

    private static async Task<AsyncServerStreamingCall<GenerationEvent>> StartLingeringAsync(RealSupervisor supervisor, Holder holder)
    {
        var call = supervisor.Pipelines.Generate(new GenerateRequest { Key = holder.Ready.Key, Prompts = { new Prompt { Text = "a linger b" } } });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the first word") && call.ResponseStream.Current.Delta?.Text != "a")
        {
        }

        return call;
    }

    private static async Task<List<GenerationEvent>> RestAsync(AsyncServerStreamingCall<GenerationEvent> call)
    {
        var events = new List<GenerationEvent>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the rest of Generate"))
        {
            events.Add(call.ResponseStream.Current);
        }

        return events;
    }

    /// <summary>Asks until the drain has begun.</summary>
    private static async Task<Error> RefusedAsync(RealSupervisor supervisor, Holder holder)
    {
        Error? error = null;
        await Deadline.UntilAsync(
            () =>
            {
                try
                {
                    supervisor.Pipelines.Detokenize(new DetokenizeRequest { Key = holder.Ready.Key });
                }
                catch (RpcException failure)
                {
                    error = SupervisorException.From(failure)?.Error;
                }

                return error?.Code == ErrorCodes.SupervisorUnavailable;
            },
            "new requests are refused");
        return error!;
    }
}
