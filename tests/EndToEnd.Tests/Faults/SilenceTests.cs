using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Processes that say nothing for a long time: idle ones stay, frozen ones count as gone.</summary>
public sealed class SilenceTests
{
    private static readonly TimeSpan LongerThanKestrelKeepsIdleConnections = TimeSpan.FromSeconds(140);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(31);

    [SoakFact]
    public async Task IdlePipeline_StillAnswers()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);
        using var silence = new PeriodicTimer(LongerThanKestrelKeepsIdleConnections);
        await silence.WaitForNextTickAsync();
        (await pipe.InferAsync("What is 17 + 25?")).Text.ShouldBe("42");
    }

    [SoakFact]
    public async Task FrozenClient_LosesItsWorker()
    {
        await using var sandbox = new Sandbox();
        using var client = Command.Start(
            sandbox, "run", Repository.Boulder, "Tell me a story about a fox.", "--session-len", "65536", "--allow-long-session-len",
            "--max-new-tokens", "60000", "--ignore-eos");
        await client.StandardOutput.ReadAsync(new char[1]);
        Signals.Stop(client.Id);
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "the worker of the frozen client to go", Lease);
        client.Kill();
    }

    [SoakFact]
    public async Task FrozenSupervisor_LosesItsWorkers()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
        var frozen = sandbox.Supervisors.Single();
        Signals.Stop(frozen);
        await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 0, "the worker of the frozen supervisor to go", Lease);
        Signals.Kill(frozen);
        await pipe.DisposeAsync();
    }
}
