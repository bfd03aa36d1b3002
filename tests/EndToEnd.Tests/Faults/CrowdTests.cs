using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Many clients at once, well and ill behaved.</summary>
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Threads = 6;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(Soak.Pick(2, 10));
    private static readonly TimeSpan StormTime = TimeSpan.FromSeconds(Soak.Pick(5, 300));

    [Fact]
    public async Task ClientsThatDieAtOnce_LeaveNothing()
    {
        var count = Soak.Pick(8, 64);
        await using var sandbox = new Sandbox();
        using var fakes = Installation.WithFakes();
        sandbox.Variables["LMDEPLOY_HOME"] = fakes.Home;
        var clients = Enumerable.Range(0, count).Select(_ => Command.Start(sandbox, "run", Repository.Pebble, "endless")).ToList();
        try
        {
            foreach (var client in clients)
            {
                var read = await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
                read.ShouldBe(1, read == 0 ? $"the client ended: {await client.StandardError.ReadToEndAsync()}" : "");
            }

            sandbox.Workers.Count.ShouldBe(count);
            sandbox.Supervisors.Count.ShouldBe(1);
        }
        finally
        {
            clients.ForEach(client => Signals.TrySend(client.Id, 9)); // Otherwise the clients outlive a test that fails, and hide why.
        }

        var died = Clock.Now;

        await Eventually.BeAsync(() => sandbox.Workers.Count, left => left == 0, $"the workers of {count} killed clients to go", Deadline);
        output.WriteLine($"from SIGKILL of {count} clients to the end of their workers: {(Clock.Now - died).TotalMilliseconds:0} ms");
        clients.ForEach(client => client.Dispose());
        (await Command.RunAsync(sandbox, "run", Repository.Pebble, "a b")).ExitCode.ShouldBe(0);
        sandbox.Supervisors.Count.ShouldBe(1);
    }

    [Fact]
    public async Task StormOfCreateInferKillAndDispose_EndsWithNothing()
    {
        var chance = new Chance(output);
        await using var sandbox = new Sandbox();
        using var fakes = Installation.WithFakes();
        await using (var supervisor = sandbox.StartSupervisor(fakes))
        {
            var end = Clock.Now + StormTime;
            var storms = Enumerable.Range(0, Threads).Select(_ => new StormyClient(supervisor, sandbox, chance.Fork())).ToList();
            await Task.WhenAll(storms.Select(storm => Task.Run(() => storm.RunAsync(end)))).WaitAsync(StormTime + Deadline);
            output.WriteLine(
                $"{storms.Sum(storm => storm.Rounds)} pipelines; told: {string.Join(", ", storms.SelectMany(storm => storm.Told).CountBy(code => code))}");

            await Eventually.BeAsync(() => supervisor.ListPipelines().Count, left => left == 0, "the supervisor to have nothing", Deadline);
            sandbox.Workers.ShouldBeEmpty();
            await using var next = await Pipeline.CreateAsync(Repository.Pebble, supervisor: supervisor);
            (await next.InferAsync("a b c")).Text.ShouldBe("abc");
        }

        var log = await File.ReadAllTextAsync(Path.Combine(sandbox.Folder, "s.sock.log"));
        log.Contains("Z Error ", StringComparison.Ordinal).ShouldBeFalse(log);
    }
}
