using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>A worker does not outlive its owner; how long it took is printed beside the bound that is promised.</summary>
public sealed class ReclaimBoundTests(ITestOutputHelper output)
{
    private const int LeaseSeconds = 6;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(LeaseSeconds);
    private static readonly int Rounds = Soak.Pick(3, 100);

    [Fact]
    public async Task KilledClient_LosesItsWorker()
    {
        var figures = new Figures("from SIGKILL of the client to the end of its worker");
        await using var sandbox = new Sandbox();
        for (var round = 0; round < Rounds; round++)
        {
            using var client = await StreamAsync(sandbox);
            var worker = sandbox.Workers.Single();
            figures.Add(await UntilGoneAsync(worker, () => client.Kill()));
            await client.WaitForExitAsync().WaitAsync(Deadline);
        }

        output.WriteLine($"{figures}; promised: {Bound.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task KilledSupervisor_LosesItsWorkers()
    {
        var figures = new Figures("from SIGKILL of the supervisor to the end of its two workers");
        await using var sandbox = new Sandbox();
        for (var round = 0; round < Rounds; round++)
        {
            await using var supervisor = sandbox.StartSupervisor();
            await using var idle = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
            await using var busy = await Pipeline.CreateAsync(
                Repository.Boulder, new EngineConfig { SessionLen = 65536, AllowLongSessionLen = true }, supervisor);
            await using var pieces = busy
                .StreamInferAsync("Tell me a story about a fox.", new GenerationConfig { MaxNewTokens = 60_000, IgnoreEos = true })
                .GetAsyncEnumerator();
            (await pieces.MoveNextAsync().AsTask().WaitAsync(Deadline)).ShouldBeTrue();
            var first = UntilGoneAsync(idle.WorkerPid, () => Signals.Kill(sandbox.Supervisors.Single()));
            var second = UntilGoneAsync(busy.WorkerPid, () => { });
            figures.Add(new[] { await first, await second }.Max());
            await Should.ThrowAsync<SupervisorUnavailableException>(async () =>
            {
                while (await pieces.MoveNextAsync().AsTask().WaitAsync(Deadline))
                {
                    // What was under way.
                }
            });
        }

        output.WriteLine($"{figures}; promised: {Bound.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task FrozenClient_IsLetGoAfterItsLease()
    {
        await using var sandbox = new Sandbox();
        sandbox.Variables["LMDEPLOY_CLIENT_TIMEOUT"] = LeaseSeconds.ToString();
        using var client = await StreamAsync(sandbox);
        var worker = sandbox.Workers.Single();

        var lived = await UntilGoneAsync(worker, () => Signals.Stop(client.Id));

        output.WriteLine($"from SIGSTOP of the client to the end of its worker, with a lease of {LeaseSeconds} s: {lived.TotalSeconds:0.0} s");
        client.Kill();
        await client.WaitForExitAsync().WaitAsync(Deadline);
    }

    [SoakFact]
    public async Task ClientThatIsOnlySilent_KeepsItsWorkerPastItsLease()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor(new SupervisorOptions { ClientTimeout = Lease });
        await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
        using var silence = new PeriodicTimer(3 * Lease);
        await silence.WaitForNextTickAsync();
        (await pipe.InferAsync("What does a cow say?")).FinishReason.ShouldBe(FinishReason.Stop);
    }

    /// <summary>A client that is in the middle of a long answer.</summary>
    private static async Task<Process> StreamAsync(Sandbox sandbox)
    {
        var client = Command.Start(
            sandbox, "run", Repository.Boulder, "Tell me a story about a fox.", "--session-len", "65536", "--allow-long-session-len",
            "--max-new-tokens", "60000", "--ignore-eos");
        await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
        return client;
    }

    private static async Task<TimeSpan> UntilGoneAsync(int worker, Action strike)
    {
        var watch = Stopwatch.StartNew();
        strike();
        await Eventually.BeAsync(() => ProcessTable.Exists(worker), exists => !exists, $"worker {worker} to end", Deadline);
        return watch.Elapsed;
    }
}
