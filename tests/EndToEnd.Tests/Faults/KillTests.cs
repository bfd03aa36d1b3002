using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>SIGKILL of each process in turn: the survivors report what happened, and nothing stays behind.</summary>
public sealed class KillTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly GenerationConfig Endless = new() { MaxNewTokens = 900, IgnoreEos = true };

    [Fact]
    public async Task KilledWorkerWithoutRestarts_FailsItsRequestsWithTheCause_AndTheSupervisorGoesOn()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        var pipe = await Pipeline.CreateAsync(Repository.Boulder, new EngineConfig { Supervision = new() { MaxRestarts = 0 } }, supervisor: supervisor);
        var error = await Should.ThrowAsync<WorkerCrashedException>(async () =>
        {
            await foreach (var chunk in pipe.StreamInferAsync("Tell me a story about a fox.", Endless))
            {
                if (chunk.GenerateTokenLen == 3)
                {
                    Signals.Kill(pipe.WorkerPid);
                }
            }
        });
        error.Code.ShouldBe("worker_crashed");
        error.Message.ShouldContain("SIGKILL");
        Should.Throw<WorkerCrashedException>(() => pipe.Infer("hello"));
        var receipt = await pipe.CloseAsync();
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipt.Exit.ShouldBe(WorkerExit.Crashed);
        sandbox.Workers.ShouldBeEmpty();

        await using var next = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);
        (await next.InferAsync("What is 17 + 25?")).Text.ShouldBe("42");
    }

    [Fact]
    public async Task KilledSupervisor_TakesItsWorkersAlong_AndCallersAreTold()
    {
        await using var sandbox = new Sandbox();
        var supervisor = sandbox.StartSupervisor();
        var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);
        await Should.ThrowAsync<SupervisorUnavailableException>(async () =>
        {
            await foreach (var chunk in pipe.StreamInferAsync("Tell me a story about a fox.", Endless))
            {
                if (chunk.GenerateTokenLen == 3)
                {
                    Signals.Kill(sandbox.Supervisors.Single());
                }
            }
        });
        (await pipe.CloseAsync().WaitAsync(Deadline)).Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "the worker to follow its supervisor", Deadline);
        await supervisor.DisposeAsync();
    }

    [Fact]
    public async Task KilledSupervisor_OfACommand_IsReplacedForTheNext()
    {
        await using var sandbox = new Sandbox();
        using var client = Command.Start(
            sandbox, "run", Repository.Boulder, "Tell me a story about a fox.", "--session-len", "65536", "--allow-long-session-len",
            "--max-new-tokens", "60000", "--ignore-eos");
        await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
        Signals.Kill(sandbox.Supervisors.Single());
        await client.WaitForExitAsync().WaitAsync(Deadline);
        client.ExitCode.ShouldBe(1);
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "the worker to follow its supervisor", Deadline);
        sandbox.Leftovers.ShouldBeEmpty();

        var next = await Command.RunAsync(sandbox, "run", Repository.Boulder, "What is 17 + 25?");
        next.Output.Trim().ShouldBe("42");
    }

    [Fact]
    public async Task StoppedWorker_IsStillReclaimed()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
        Signals.Stop(pipe.WorkerPid);
        var receipt = await pipe.CloseAsync().WaitAsync(Deadline);
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipt.Exit.ShouldBe(WorkerExit.Killed);
    }

    [Fact]
    public async Task StoppedWorker_GoesWithItsKilledSupervisor()
    {
        await using var sandbox = new Sandbox();
        var supervisor = sandbox.StartSupervisor();
        var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
        Signals.Stop(pipe.WorkerPid);
        Signals.Kill(sandbox.Supervisors.Single());
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "the stopped worker to go", Deadline);
        await pipe.DisposeAsync();
        await supervisor.DisposeAsync();
    }
}
