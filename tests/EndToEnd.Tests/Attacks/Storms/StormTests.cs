using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>Everything at once: signals, floods of connections, slow readers and hostile requests. Honest streams stay exact, and nothing is left.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    private const int OpenFiles = 1024;
    private const int Tokens = 60;
    private const int Stories = 6;
    private const int HonestCallers = 4;
    private const long MostLeft = 100L << 20;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Soak.Pick(20, 600));
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task AllAttacksAtOnce_CostNoStreamAToken_AndLeaveNothing()
    {
        var chance = new Chance(output);
        var sandbox = new Sandbox { Prefix = ["prlimit", $"--nofile={OpenFiles}:{OpenFiles}"] };
        await using var server = await Server.StartAsync(sandbox, [$"pebble={Repository.Pebble}", $"cobble={Repository.Cobble}", "--max-restarts", "1000"]);
        var expected = new Dictionary<(string, int), ToldStory>();
        foreach (var model in new[] { "pebble", "cobble" })
        {
            for (var kind = 0; kind < Stories; kind++)
            {
                expected[(model, kind)] = await ToldStory.TellAsync(server.Http, model, kind, Tokens);
            }
        }

        var (memory, descriptors) = (ProcessTable.ResidentBytes(server.Pid), ProcessTable.Descriptors(server.Pid));
        var callers = Enumerable.Range(0, HonestCallers).Select(_ => new HonestCaller(server, chance.Fork(), expected, Tokens)).ToList();
        List<Attack> attacks =
        [
            new SignalAttack(server, chance.Fork()), new ConnectionAttack(server, chance.Fork()), new SlowReaderAttack(server, chance.Fork()),
            new HostileRequestAttack(server, chance.Fork()), new HostileRequestAttack(server, chance.Fork()), .. callers,
        ];
        attacks.ForEach(attack => attack.Start());
        await Task.Delay(Duration);
        await Task.WhenAll(attacks.Select(attack => attack.StopAsync())).WaitAsync(Deadline);

        foreach (var ((model, kind), story) in expected)
        {
            (await ToldStory.TellAsync(server.Http, model, kind, Tokens)).ShouldBe(story, $"{model} {kind} after the storm");
        }

        output.WriteLine(
            $"{Duration.TotalSeconds} s: {string.Join(", ", attacks)}; the longest pause of a stream was "
                + $"{callers.Max(caller => caller.LongestPause).TotalSeconds:0.0} s");
        await Eventually.BeAsync(() => ProcessTable.Descriptors(server.Pid), now => now <= descriptors + 32, "the connections to be closed", Deadline);
        await Eventually.BeAsync(() => ProcessTable.ResidentBytes(server.Pid) - memory, more => more < MostLeft, "the memory to be given back", Deadline);
        output.WriteLine(
            $"supervisor {memory >> 20}, then {ProcessTable.ResidentBytes(server.Pid) >> 20} MiB; descriptors {descriptors}, "
                + $"then {ProcessTable.Descriptors(server.Pid)}; load average {Machine.LoadAverage}");
        server.Errors.ShouldNotContain("failed unexpectedly");
        server.Sandbox.Workers.Count.ShouldBe(2);
        (await server.EndAsync(Signals.Terminate).WaitAsync(Deadline)).ShouldBe(0);
    }
}
